// A single-page application on another origin.

import assert from "node:assert/strict";
import { base, launch } from "./browser.mjs";

const { ALLOWED: allowed, OTHER: other } = process.env;

// Asks as a script of the page does: what it can see of the answer, or that it cannot.
function ask(page, path, options) {
  return page.evaluate(
    async ([url, options]) => {
      try {
        const answer = await fetch(url, options);
        return { status: answer.status, tag: answer.headers.get("ETag"), body: await answer.text() };
      } catch (error) {
        return { refused: String(error) };
      }
    },
    [base + path, options],
  );
}

async function application(browser, origin) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${origin}/`);
  return page;
}

const authorization = { Authorization: process.env.TOKEN };
const browser = await launch();
try {
  const page = await application(browser, allowed);
  const profile = await ask(page, "/api/users/me/", { headers: authorization });
  assert.equal(profile.status, 200, JSON.stringify(profile));
  assert.ok(profile.tag, "the entity tag can be read");

  const change = {
    method: "PATCH",
    headers: { ...authorization, "Content-Type": "application/json", "If-Match": profile.tag },
    body: '{"first_name": "Elsewhere"}',
  };
  const changed = await ask(page, "/api/users/me/", change);
  assert.equal(changed.status, 200);
  assert.equal(JSON.parse(changed.body).first_name, "Elsewhere");
  assert.equal((await ask(page, "/api/users/me/", change)).status, 412);

  const stranger = await ask(page, "/api/users/me/", {});
  assert.equal(stranger.status, 401, "an error can be read, too");
  const withCookies = await ask(page, "/api/users/me/", { headers: authorization, credentials: "include" });
  assert.ok(withCookies.refused, "cookies are not let through");

  const elsewhere = await application(browser, other);
  const unread = await ask(elsewhere, "/api/users/me/", { headers: authorization });
  assert.ok(unread.refused, "the page of another origin reads nothing");
} finally {
  await browser.close();
}
