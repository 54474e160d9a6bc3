// The reference page: requests that are sent from it, and what is left of it without scripts. The argument names the
// scenario.

import assert from "node:assert/strict";
import {
  DESKTOP,
  SMALL,
  assertAccessible,
  assertFits,
  base,
  launch,
  open,
  picture,
  visit,
} from "./browser.mjs";

const { DIALECT, SCHEME, SECRET, OPERATION, METHOD, BODY, EXPECTED } = process.env;
const DOCS = `/api/docs/?dialect=${DIALECT}`;

// By keyboard alone: credentials, an operation, and the request.
async function sends(browser) {
  for (const width of [DESKTOP, 320]) {
    const page = await open(browser, { width, scripts: true });
    await visit(page, DOCS);
    await page.getByLabel("Kind").selectOption({ index: SCHEME === "Basic" ? 3 : SCHEME === "Bearer" ? 2 : 1 });
    await page.getByLabel("Value").fill(SECRET);
    await page.locator(`#${OPERATION} > summary`).press("Enter");
    const form = page.locator(`#${OPERATION} form`);
    if (BODY) await form.getByLabel("Body").fill(BODY);
    await form.getByRole("button", { name: "Send" }).press("Enter");

    const shown = form.getByRole("status");
    await shown.getByText("HTTP 200").waitFor();
    const text = await shown.textContent();
    assert.match(text, /^content-type: application\/json/m);
    assert.ok(text.includes(EXPECTED), text);
    await assertFits(page);
    await picture(page, `docs-${DIALECT}-${width}`);

    // Nothing of the credentials outlives the page.
    const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]));
    assert.ok(!kept.includes(SECRET), kept);
    await page.reload();
    assert.equal(await page.getByLabel("Value").inputValue(), "");
    await page.context().close();
  }
}

// What is refused is shown as it is.
async function refused(browser) {
  const page = await open(browser, { width: DESKTOP, scripts: true });
  await visit(page, `${DOCS}#${OPERATION}`);
  const form = page.locator(`#${OPERATION} form`);
  await form.getByRole("button", { name: "Send" }).click();
  await form.getByText("HTTP 401").waitFor();
  await page.context().close();
}

// The page asks nobody but this server, whatever is typed.
async function elsewhere(browser) {
  const page = await open(browser, { width: DESKTOP, scripts: true });
  page.removeAllListeners("console");
  page.removeAllListeners("request");
  await visit(page, `${DOCS}#${OPERATION}`);
  const form = page.locator(`#${OPERATION} form`);
  await form.getByLabel("Address").fill("//localhost:1/");
  await form.getByRole("button", { name: "Send" }).click();
  await form.getByText("No answer").waitFor();
  await form.getByLabel("Address").fill("/api/v1/users/{id}/");
  await form.getByRole("button", { name: "Send" }).click();
  await form.getByText("Put a value in place of {id} in the address.").waitFor();
  await page.context().close();
}

async function accessible(browser) {
  for (const scheme of ["light", "dark"]) {
    for (const width of [DESKTOP, SMALL]) {
      const page = await open(browser, { width, scheme, scripts: true });
      await visit(page, DOCS);
      await page.locator(`#${OPERATION} > summary`).click();
      await page.locator(`#${OPERATION} form`).waitFor();
      await assertAccessible(page);
      await page.context().close();
    }
  }
}

// Without scripts it is read, and nothing is offered that would not work.
async function unscripted(browser) {
  const page = await open(browser, { width: SMALL });
  await visit(page, DOCS);
  await page.locator(`#${OPERATION} > summary`).click();
  await page.locator(`#${OPERATION}`).getByText(`"$BASE`).waitFor();
  assert.equal(await page.getByLabel("Value").isVisible(), false);
  assert.equal(await page.getByRole("button", { name: "Send" }).count(), 0);
  await page.getByText(`BASE=${base}`).waitFor();
  await page.context().close();
}

const scenarios = { sends, refused, elsewhere, accessible, unscripted };
const browser = await launch();
try {
  await scenarios[process.argv[2]](browser);
} finally {
  await browser.close();
}
