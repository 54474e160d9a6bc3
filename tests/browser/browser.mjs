// A browser as a reader of the pages has it, and what every page has to keep to.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

// Whoever does not answer for so long hangs.
const SILENCE = 20_000;

export const DESKTOP = 1280;
export const PHONE = 390;
export const SMALL = 320;

export const base = process.env.BASE_URL;

export async function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

// A window of one caller. Without scripts, because the pages need none.
export async function open(
  browser,
  { authorization, login, width, scripts = false, scheme = "light", permissions = [] },
) {
  const context = await browser.newContext({
    permissions,
    viewport: { width, height: 900 },
    colorScheme: scheme,
    javaScriptEnabled: scripts,
    httpCredentials: login,
    extraHTTPHeaders: authorization ? { Authorization: authorization } : {},
  });
  const page = await context.newPage();
  page.setDefaultTimeout(SILENCE);
  page.on("request", (request) => {
    assert.ok(request.url().startsWith(`${base}/`), `asks ${request.url()}`);
  });
  page.on("console", (message) => {
    // A refusal is told there, too: that is what the page is about.
    const isStatus = message.text().startsWith("Failed to load resource: the server responded");
    // Whoever is quicker than the page has put the focus somewhere.
    const isFocused = message.text().startsWith("Autofocus processing was blocked");
    assert.ok(isStatus || isFocused, `the console says: ${message.text()}`);
  });
  return page;
}

export async function visit(page, path, status = 200) {
  const answer = await page.goto(base + path);
  assert.equal(answer.status(), status, path);
  await assertFits(page);
}

// The page that a reader sees who turns down the question for a name and a password.
export async function visitUnasked(page, path) {
  await page.route(base + path, async (route) => {
    const response = await route.fetch();
    const { "www-authenticate": challenge, ...headers } = response.headers();
    assert.match(challenge, /^Basic /);
    await route.fulfill({ response, headers });
  });
  await visit(page, path, 401);
}

// Presses a button of a form, and waits for the page that answers.
export async function press(page, button, status = 200) {
  const [answer] = await Promise.all([
    page.waitForResponse((response) => response.request().isNavigationRequest()),
    button.click(),
  ]);
  assert.equal(answer.status(), status);
  await page.waitForLoadState();
  await assertFits(page);
}

// Nothing hangs out to the right.
export async function assertFits(page) {
  const [content, window] = await page.evaluate(() => [
    document.documentElement.scrollWidth,
    document.documentElement.clientWidth,
  ]);
  assert.ok(content <= window, `${page.url()} is ${content} wide in a window of ${window}`);
}

// For people who want to look: no test depends on what a busy machine cannot draw.
export async function picture(page, name) {
  if (process.env.PICTURES) {
    await page.screenshot({ path: `${process.env.PICTURES}/${name}.png`, fullPage: true });
  }
}

// No serious or critical fault by axe's rules, WCAG 2.1 AA among them.
export async function assertAccessible(page, name) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document));
  const bad = violations.filter(({ impact }) => ["serious", "critical"].includes(impact));
  const lines = bad.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
  assert.deepEqual(lines, [], name);
}
