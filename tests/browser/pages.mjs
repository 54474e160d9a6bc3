// What readers do with the pages. The first argument names the scenario.

import assert from "node:assert/strict";
import {
  DESKTOP,
  PHONE,
  SMALL,
  assertAccessible,
  assertFits,
  base,
  launch,
  open,
  picture,
  press,
  visit,
  visitUnasked,
} from "./browser.mjs";

const { TOKEN, BEARER, USER_ID } = process.env;
const ME = "/api/users/me/";
const UPDATE = `/api/profile/${USER_ID}/update/`;

const htmlForm = (page) => page.getByRole("region", { name: "HTML form" });
const rawData = (page) => page.getByRole("region", { name: "Raw data" });
const response = (page) => page.locator("pre.response");
const button = (place, name) => place.getByRole("button", { name, exact: true });

async function profile() {
  const answer = await fetch(base + ME, { headers: { Authorization: TOKEN } });
  return answer.json();
}

// A profile is changed through its form, at both widths.
async function form(browser) {
  for (const [width, name] of [[DESKTOP, "Desk"], [PHONE, "Phone"]]) {
    const page = await open(browser, { authorization: TOKEN, width });
    await visit(page, ME);
    await picture(page, `me-${width}`);
    const before = await profile();

    await page.getByLabel("First name").fill(`${name} <b>&`);
    await press(page, button(htmlForm(page), "PATCH"));

    const after = await profile();
    assert.deepEqual(after, {
      ...before,
      first_name: `${name} <b>&`,
      full_name: `${name} <b>& ${before.last_name}`,
    });
    assert.equal(await page.getByLabel("First name").inputValue(), `${name} <b>&`);
    await response(page).getByText(`"first_name": "${name} <b>&"`).waitFor();
    await page.context().close();
  }
}

// What was never set stays so when a form is sent.
async function unset(browser) {
  const page = await open(browser, { authorization: process.env.MINIMAL, width: PHONE });
  await visit(page, ME);
  await press(page, button(htmlForm(page), "PUT"));

  await response(page).getByText('"mobile_number": null').waitFor();
  await response(page).getByText('"first_name": null').waitFor();
}

// A picture is sent, stays when nothing is said of it, and is removed.
async function avatar(browser) {
  const png =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
  const page = await open(browser, { authorization: TOKEN, width: PHONE });
  await visit(page, ME);
  const before = (await profile()).avatar;

  const buffer = Buffer.from(png, "base64");
  await page.getByLabel("Avatar").setInputFiles({ name: "me.png", mimeType: "image/png", buffer });
  await press(page, button(htmlForm(page), "PATCH"));
  const sent = (await profile()).avatar;
  assert.ok(sent && sent !== before, sent);
  const file = await fetch(sent);
  assert.equal(file.headers.get("content-type"), "image/png");

  await press(page, button(htmlForm(page), "PATCH"));
  assert.equal((await profile()).avatar, sent);
  await page.getByLabel("Remove it").check();
  await press(page, button(htmlForm(page), "PATCH"));
  assert.equal((await profile()).avatar, null);
}

// The same by raw data.
async function raw(browser) {
  const page = await open(browser, { authorization: TOKEN, width: DESKTOP });
  await visit(page, ME);
  const content = JSON.parse(await page.getByLabel("Content").inputValue());
  assert.equal(content.password, "$encrypted$");
  assert.ok(!("id" in content));
  const before = await profile();
  for (const method of ["PATCH", "PUT"]) {
    await press(page, button(rawData(page), method));
    assert.deepEqual(await profile(), before);
  }

  await page.getByLabel("Content").fill(JSON.stringify({ ...content, last_name: "Raw" }));
  await press(page, button(rawData(page), "PUT"));

  assert.equal((await profile()).last_name, "Raw");
  assert.equal(JSON.parse(await page.getByLabel("Content").inputValue()).last_name, "Raw");
  await page.getByLabel("Content").fill("{ broken");
  await press(page, button(rawData(page), "PATCH"), 400);
  assert.equal(await page.getByLabel("Content").inputValue(), "{ broken");
}

// Faults are told beside the fields, and what was typed is kept, but for passwords.
async function errors(browser) {
  for (const width of [DESKTOP, PHONE]) {
    const page = await open(browser, { authorization: TOKEN, width });
    await visit(page, ME);
    const before = await profile();

    await page.getByLabel("Email").fill("nobody");
    await page.getByLabel("First name").fill("Typed");
    await page.getByLabel("Current password").fill("secret");
    await press(page, button(htmlForm(page), "PATCH"), 400);
    await picture(page, `errors-${width}`);

    const email = page.getByLabel("Email");
    assert.equal(await email.inputValue(), "nobody");
    assert.equal(await email.getAttribute("aria-invalid"), "true");
    const told = (await email.getAttribute("aria-describedby")).split(" ");
    const [messages, hint] = told.map((id) => page.locator(`#${id}`));
    assert.equal(await messages.innerText(), "Enter a valid email address.");
    assert.match(await hint.innerText(), /^E-mail address, at most \d+ characters\. Optional\.$/);
    assert.equal(await page.getByLabel("First name").inputValue(), "Typed");
    assert.equal(await page.getByLabel("Current password").inputValue(), "");
    assert.deepEqual(await profile(), before);
    await page.getByRole("alert").getByRole("link", { name: "Email" }).click();
    assert.equal(await page.evaluate(() => location.hash), `#${await email.getAttribute("id")}`);
    await page.context().close();
  }
}

// Buttons and links lead on, by keyboard too.
async function navigation(browser) {
  const page = await open(browser, { authorization: TOKEN, width: SMALL });
  await visit(page, "/api/v1/me/?page_size=1");
  await picture(page, `tower-${SMALL}`);
  await press(page, button(page, "OPTIONS"));
  await page.getByText("OPTIONS /api/v1/me/").waitFor();

  await visit(page, ME);
  await press(page, button(page, "OPTIONS"));
  await response(page).getByText('"name": "Retrieve Me"').waitFor();

  await visit(page, "/api/v1/me/");
  await page.getByRole("link", { name: "Version 1" }).click();
  await page.getByRole("heading", { name: "Version 1", level: 1 }).waitFor();
  await page.getByRole("link", { name: "/api/v1/ping/" }).click();
  await page.getByRole("heading", { name: "Ping", level: 1 }).waitFor();
  await assertFits(page);

  await page.keyboard.press("Tab");
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
  assert.equal(outline, "solid");
}

// The key Enter in an input means PATCH, which is the first button and looks so.
async function enter(browser) {
  const page = await open(browser, { authorization: TOKEN, width: SMALL });
  await visit(page, ME);
  const [patch, put] = await Promise.all(
    ["PATCH", "PUT"].map((name) =>
      button(htmlForm(page), name).evaluate((b) => getComputedStyle(b).backgroundColor),
    ),
  );
  assert.notEqual(patch, put);
  const names = await htmlForm(page).getByRole("button", { name: /^P/ }).allInnerTexts();
  assert.deepEqual(names, ["PATCH", "PUT"]);

  await page.getByLabel("First name").fill("By key");
  const [answer] = await Promise.all([
    page.waitForResponse((response) => response.request().isNavigationRequest()),
    page.getByLabel("First name").press("Enter"),
  ]);
  assert.equal(answer.status(), 200);
  await page.waitForLoadState();
  await page.getByText("PATCH /api/users/me/").first().waitFor();
  assert.equal((await profile()).first_name, "By key");
}

// A token's end is picked in UTC, and comes back when the form is refused.
async function instant(browser) {
  const page = await open(browser, { authorization: TOKEN, width: SMALL });
  await visit(page, "/api/auth/tokens/");
  const end = page.getByLabel("Expires at");
  assert.equal(await end.getAttribute("type"), "datetime-local");
  const hint = page.locator(`#${await end.getAttribute("aria-describedby")}`);
  assert.match(await hint.innerText(), /UTC/);
  await end.fill("2001-02-03T04:05");
  await press(page, button(htmlForm(page), "POST"), 400);
  assert.equal(await end.inputValue(), "2001-02-03T04:05");
  await end.fill("2101-02-03T04:05");
  await press(page, button(htmlForm(page), "POST"), 201);
  await response(page).getByText('"expires_at": "2101-02-03T04:05:00Z"').waitFor();
}

// Where scripts run, the JSON and the command are copied as they are; elsewhere there is no button for it.
async function copies(browser) {
  const permissions = ["clipboard-read", "clipboard-write"];
  const page = await open(browser, { authorization: TOKEN, width: SMALL, scripts: true, permissions });
  await visit(page, "/api/users/me/?groups=ids&x=$(id);y");
  const read = () => page.evaluate(() => navigator.clipboard.readText());
  await button(page, "Copy JSON").click();
  await page.getByText("Copied.").waitFor();
  const plain = await fetch(`${base}${ME}?groups=ids`, {
    headers: { Authorization: TOKEN, Accept: "application/json; indent=4" },
  });
  assert.equal(await read(), await plain.text());
  await button(page, "Copy command").click();
  await page.waitForFunction(async () => (await navigator.clipboard.readText()).startsWith("curl"));
  const { search } = new URL(page.url());
  const command = `curl -H 'Authorization: Token YOUR_TOKEN' '${base}/api/users/me/${search}'`;
  assert.equal(await read(), command);

  const plainPage = await open(browser, { authorization: TOKEN, width: SMALL });
  await visit(plainPage, ME);
  assert.equal(await button(plainPage, "Copy JSON").count(), 0);
}

// A list is searched, its pages keep the search, and its objects are a click away.
async function search(browser) {
  const page = await open(browser, { authorization: TOKEN, width: SMALL });
  await visit(page, "/api/users/?page_size=1");
  await picture(page, `users-${SMALL}`);
  await page.getByRole("searchbox", { name: "Search" }).fill("i");
  await page.getByLabel("Active").selectOption({ label: "Yes" });
  await press(page, button(page, "Search"));
  assert.equal(await page.getByRole("searchbox").inputValue(), "i");
  await page.getByRole("link", { name: "Next page" }).click();
  await page.getByRole("link", { name: "Previous page" }).waitFor();
  const { searchParams } = new URL(page.url());
  assert.equal(searchParams.get("search"), "i");
  assert.equal(searchParams.get("is_active"), "true");
  assert.equal(searchParams.get("page"), "2");
  assert.equal(searchParams.get("page_size"), "1");
  await assertFits(page);
  await response(page).locator("a", { hasText: /^\d+$/ }).click();
  await page.getByRole("heading", { name: "User Detail", level: 1 }).waitFor();
  await page.goBack();
  await page.getByRole("link", { name: "Show all" }).click();
  await page.waitForURL(`${base}/api/users/?page_size=1`);
}

// Browsers ask for the credentials of Tower themselves, and send them with forms, too.
async function login(browser) {
  const page = await open(browser, {
    login: { username: "MasterAdmin", password: process.env.PASSWORD },
    width: DESKTOP,
  });
  await visit(page, "/api/v1/me/");
  await press(page, button(page, "OPTIONS"));
  await page.getByText("OPTIONS /api/v1/me/").waitFor();
}

// The profile of jwt is read by a button, and changed on a page of its own.
async function jwt(browser) {
  const page = await open(browser, { authorization: BEARER, width: PHONE });
  await visit(page, "/api/profile/", 405);
  await press(page, button(page, "POST"));
  await response(page).getByText('"is_staff": true').waitFor();
  await picture(page, "jwt-profile");

  await visit(page, "/api/token/", 405);
  await page.getByLabel("Username").fill("MasterAdmin");
  await page.getByLabel("Password").fill("wrong");
  await press(page, button(htmlForm(page), "POST"), 401);
  assert.equal(await page.getByLabel("Username").inputValue(), "MasterAdmin");
  await page.getByLabel("Password").fill(process.env.PASSWORD);
  await press(page, button(htmlForm(page), "POST"));
  await response(page).getByText('"access": "').waitFor();

  await visit(page, UPDATE, 405);
  await page.getByLabel("Number phone").fill("12345");
  await press(page, button(htmlForm(page), "PATCH"));
  await response(page).getByText('"number_phone": "12345"').waitFor();
}

// A group is made, changed and deleted, with a look before it goes.
async function groups(browser) {
  const page = await open(browser, { authorization: TOKEN, width: PHONE });
  await visit(page, "/api/groups/");
  await press(page, button(htmlForm(page), "POST"), 400);
  assert.equal(await page.getByLabel("Name").getAttribute("aria-invalid"), "true");
  await page.getByLabel("Name").fill("Readers");
  await press(page, button(htmlForm(page), "POST"), 201);
  const { id, notes } = JSON.parse(await page.locator("#json").innerText());
  assert.equal(notes, null);

  await visit(page, `/api/groups/${id}/`);
  await page.getByLabel("Notes").fill("Two\nlines");
  await press(page, button(htmlForm(page), "PATCH"));
  await response(page).getByText('"notes": "Two\\r\\nlines"').waitFor();
  await page.locator("summary", { hasText: "DELETE" }).click();
  await picture(page, "group-delete");
  await press(page, button(page, "DELETE now"));
  await response(page).getByText("HTTP 204 No Content").waitFor();
  await visit(page, `/api/groups/${id}/`, 404);
}

// The main pages of all dialects, in every dress.
async function accessibility(browser) {
  const dresses = [
    { width: DESKTOP, scheme: "light" },
    { width: DESKTOP, scheme: "dark" },
    { width: SMALL, scheme: "light" },
    { width: SMALL, scheme: "dark" },
  ];
  const places = [
    [TOKEN, ME, 200],
    [undefined, ME, 401],
    [BEARER, "/api/profile/", 405],
    [BEARER, UPDATE, 405],
    [undefined, "/api/token/", 405],
    [TOKEN, "/api/users/?page_size=1&page=2", 200],
    [TOKEN, "/api/groups/", 200],
    [TOKEN, "/api/groups/1/", 200],
    [TOKEN, "/api/auth/tokens/", 200],
    [TOKEN, "/api/", 200],
    [TOKEN, "/api/v1/", 200],
    [TOKEN, "/api/v1/me/", 200],
    [TOKEN, "/api/v1/me/?bogus=1", 400],
    [undefined, "/api/v1/me/", 401],
  ];
  for (const dress of dresses) {
    for (const [authorization, path, status] of places) {
      const page = await open(browser, { ...dress, authorization, scripts: true });
      const name = `${status} ${path} ${dress.width} ${dress.scheme}`;
      if (!authorization && path.startsWith("/api/v1/")) {
        await visitUnasked(page, path);
      } else {
        await visit(page, path, status);
      }
      await picture(page, `axe ${name}`.replaceAll(/[^a-z0-9]+/g, "-"));
      await assertAccessible(page, name);
      if (path === ME && authorization) {
        await page.getByLabel("Email").fill("nobody");
        await press(page, button(htmlForm(page), "PATCH"), 400);
        await assertAccessible(page, `${name} refused`);
      }
      await page.context().close();
    }
  }
}

const scenarios = {
  form,
  unset,
  avatar,
  raw,
  errors,
  navigation,
  enter,
  instant,
  copies,
  search,
  login,
  jwt,
  groups,
  accessibility,
};
const browser = await launch();
try {
  await scenarios[process.argv[2]](browser);
} finally {
  await browser.close();
}
