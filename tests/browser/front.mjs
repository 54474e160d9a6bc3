// What readers do who come in by the front door. The first argument names the scenario.

import assert from "node:assert/strict";
import {
  DESKTOP,
  PHONE,
  assertAccessible,
  assertFits,
  launch,
  open,
  picture,
  press,
  visit,
} from "./browser.mjs";

const { PASSWORD, USER_ID } = process.env;
const NARROW = 320;
const ME = "/api/users/me/";

const htmlForm = (page) => page.getByRole("region", { name: "HTML form" });
const rawData = (page) => page.getByRole("region", { name: "Raw data" });
const button = (place, name) => place.getByRole("button", { name, exact: true });
const heading = (page, name) => page.getByRole("heading", { name, level: 1, exact: true }).waitFor();
const said = (page, text) => page.getByRole("status").getByText(text, { exact: true }).waitFor();

async function enter(page, name = "MasterAdmin") {
  await visit(page, "/login/");
  await page.getByLabel("Username").fill(name);
  await page.getByLabel("Password").fill(PASSWORD);
  await press(page, button(page, "Log in"), 302);
}

// From the front door to a changed profile and out again, by keyboard alone.
async function keyboard(browser) {
  const page = await open(browser, { width: NARROW, scheme: "dark" });
  const tabTo = async (wanted) => {
    for (let presses = 0; presses < 60; presses += 1) {
      await page.keyboard.press("Tab");
      if (await wanted.evaluate((element) => element === document.activeElement)) {
        return;
      }
    }
    assert.fail(`${wanted} is not reached by Tab`);
  };
  await visit(page, "/");
  await picture(page, `front-${NARROW}`);
  await tabTo(page.locator("header").getByRole("link", { name: "Log in" }));
  await page.keyboard.press("Enter");
  await heading(page, "Log In");
  await picture(page, `login-${NARROW}`);
  // The cursor is where a name is typed.
  await page.keyboard.type("MasterAdmin");
  await page.keyboard.press("Tab");
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press("Enter");
  await heading(page, "Retrieve Me");
  await assertFits(page);

  const name = page.getByLabel("First name");
  await tabTo(name);
  await page.keyboard.press("Control+A");
  await page.keyboard.type("Augusta");
  await page.keyboard.press("Enter");
  await said(page, "Saved.");
  await assertFits(page);
  assert.equal(await name.inputValue(), "Augusta");
  await page.reload();
  await heading(page, "Retrieve Me");
  assert.equal(await page.getByRole("status").count(), 0);

  await tabTo(button(page, "Log out"));
  await page.keyboard.press("Enter");
  await said(page, "You are logged out.");
  await heading(page, "profiled");
  const names = (await page.context().cookies()).map(({ name: cookie }) => cookie);
  assert.ok(!names.includes("sessionid"), names.join());
}

// A wrong password is told at the top, and the name stays.
async function wrong(browser) {
  const page = await open(browser, { width: PHONE });
  await visit(page, ME, 401);
  await page.getByRole("region", { name: "Logging in" }).getByRole("link", { name: "Log in" }).click();
  await heading(page, "Log In");
  const focus = () => page.evaluate(() => document.activeElement.id);
  assert.equal(await focus(), "username");
  const fill = page.getByLabel("Password");
  assert.equal(await page.getByLabel("Username").getAttribute("autocomplete"), "username");
  assert.equal(await fill.getAttribute("autocomplete"), "current-password");
  await page.getByLabel("Username").fill("MasterAdmin");
  await fill.fill("wrong");
  await press(page, button(page, "Log in"), 401);
  await page.getByRole("alert").getByText("Wrong user name or password.").waitFor();
  await picture(page, "login-wrong");
  assert.equal(await page.getByLabel("Username").inputValue(), "MasterAdmin");
  assert.equal(await fill.inputValue(), "");
  assert.equal(await focus(), "password");
  await fill.fill(PASSWORD);
  await press(page, button(page, "Log in"), 302);
  await heading(page, "Retrieve Me");
  assert.equal(new URL(page.url()).pathname, ME);
}

// The same log-in writes in the other dialects.
async function dialects(browser) {
  const page = await open(browser, { width: DESKTOP });
  await enter(page);
  await visit(page, "/api/profile/");
  await page.getByLabel("Number phone").fill("12345");
  await press(page, button(htmlForm(page), "PATCH"), 303);
  await said(page, "Saved.");
  assert.equal(new URL(page.url()).pathname, "/api/profile/");
  assert.equal(await page.getByLabel("Number phone").inputValue(), "12345");

  await visit(page, `/api/v1/users/${USER_ID}/`);
  await page.getByLabel("Content").fill('{"last_name": "Lovelace"}');
  await press(page, button(rawData(page), "PATCH"), 303);
  await said(page, "Saved.");
  await page.locator("pre.response").getByText('"last_name": "Lovelace"').waitFor();

  await visit(page, "/api/groups/");
  await page.getByLabel("Name").fill("Readers");
  await press(page, button(htmlForm(page), "POST"), 303);
  await said(page, "Created.");
  await page.locator("summary", { hasText: "DELETE" }).click();
  await press(page, button(page, "DELETE now"), 303);
  await said(page, "Deleted.");
  assert.equal(new URL(page.url()).pathname, "/api/groups/");
  await press(page, button(page, "Log out"), 302);
  await visit(page, ME, 401);
}

// Pages around the dialects, and those of a reader who is logged in, in every dress.
async function accessibility(browser) {
  const dresses = [
    { width: DESKTOP, scheme: "light" },
    { width: DESKTOP, scheme: "dark" },
    { width: NARROW, scheme: "light" },
    { width: NARROW, scheme: "dark" },
  ];
  for (const dress of dresses) {
    const page = await open(browser, { ...dress, scripts: true });
    const look = async (path, status) => {
      await visit(page, path, status);
      const name = `${status} ${path} ${dress.width} ${dress.scheme}`;
      await picture(page, `front ${name}`.replaceAll(/[^a-z0-9]+/g, "-"));
      await assertAccessible(page, name);
    };
    await look("/", 200);
    await look("/login/", 200);
    await look("/nowhere/", 404);
    await look(ME, 401);
    await page.getByRole("region", { name: "Logging in" }).getByRole("link", { name: "Log in" }).click();
    await page.getByLabel("Username").fill("nobody");
    await page.getByLabel("Password").fill("wrong");
    await press(page, button(page, "Log in"), 401);
    await assertAccessible(page, `a refused log-in ${dress.width} ${dress.scheme}`);
    await enter(page);
    for (const path of ["/", ME, "/api/profile/", "/api/v1/me/", "/logout/", "/login/"]) {
      await look(path, 200);
    }
    await visit(page, ME);
    await press(page, button(htmlForm(page), "PATCH"), 303);
    await said(page, "Saved.");
    await assertAccessible(page, `a saved profile ${dress.width} ${dress.scheme}`);
    await page.context().close();
  }
}

const scenarios = { keyboard, wrong, dialects, accessibility };
const browser = await launch();
try {
  await scenarios[process.argv[2]](browser);
} finally {
  await browser.close();
}
