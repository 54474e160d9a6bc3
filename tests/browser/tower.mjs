// What readers do with the pages of Tower's directory. The first argument names the scenario.

import assert from "node:assert/strict";
import {
  DESKTOP,
  PHONE,
  SMALL,
  assertAccessible,
  assertFits,
  launch,
  open,
  picture,
  press,
  visit,
  visitUnasked,
} from "./browser.mjs";

const basic = (name) => `Basic ${btoa(`${name}:pw-${name}`)}`;
const rawData = (page) => page.getByRole("region", { name: "Raw data" });
const htmlForm = (page) => page.getByRole("region", { name: "HTML form" });
const response = (page) => page.locator("pre.response");
const button = (place, name) => place.getByRole("button", { name, exact: true });

async function heading(page, name) {
  await page.getByRole("heading", { name, level: 1, exact: true }).waitFor();
}

// A user is made, found, changed and deleted, under both mounts.
async function directory(browser) {
  for (const [mount, version] of [["v1", "Version 1"], ["v2", "Version 2"]]) {
    const page = await open(browser, { authorization: basic("admin"), width: PHONE });
    await visit(page, `/api/${mount}/users/`);
    await picture(page, `tower-users-${mount}`);
    const blank = JSON.parse(await page.getByLabel("Content").inputValue());
    assert.ok(!("password" in blank) && !("id" in blank));
    const made = { ...blank, username: `made-${mount}`, password: "pw-made" };
    await page.getByLabel("Content").fill(JSON.stringify(made));
    await press(page, button(rawData(page), "POST"), 201);
    assert.ok(!(await page.content()).includes("pw-made"));

    await response(page).getByRole("link", { name: "/users/" }).first().click();
    await heading(page, "User Detail");
    const crumbs = page.getByRole("navigation", { name: "Breadcrumb" }).getByRole("link");
    assert.deepEqual(await crumbs.allInnerTexts(), ["REST API", version, "User List", "User Detail"]);
    await page.getByLabel("Content").fill('{"first_name": "Made <b>&"}');
    await press(page, button(rawData(page), "PATCH"));
    await response(page).getByText('"first_name": "Made <b>&"').waitFor();
    assert.equal(JSON.parse(await page.getByLabel("Content").inputValue()).first_name, "Made <b>&");

    await page.getByLabel("Last name").fill("By form");
    await press(page, button(htmlForm(page), "PATCH"));
    await response(page).getByText('"last_name": "By form"').waitFor();
    await page.getByLabel("Email").fill("nobody");
    await press(page, button(htmlForm(page), "PUT"), 400);
    assert.equal(await page.getByLabel("Email").getAttribute("aria-invalid"), "true");
    assert.equal(await page.getByLabel("Last name").inputValue(), "By form");
    await visit(page, new URL(page.url()).pathname);

    await press(page, button(page, "OPTIONS"));
    await response(page).getByText('"name": "User Detail"').waitFor();
    await page.locator("summary", { hasText: "DELETE" }).click();
    await press(page, button(page, "DELETE now"));
    await response(page).getByText("HTTP 204 No Content").waitFor();
    assert.equal(await rawData(page).count(), 0);
    await visit(page, new URL(page.url()).pathname, 404);
    await page.context().close();
  }
}

// Pages offer what the reader may do and nothing else.
async function rights(browser) {
  const places = [
    ["admin", "/api/v1/users/3/", ["PUT", "PATCH", "DELETE now"]],
    ["admin", "/api/v1/users/1/", ["PUT", "PATCH"]],
    ["alice", "/api/v1/users/", []],
    ["alice", "/api/v1/users/3/", ["PUT", "PATCH"]],
    ["alice", "/api/v1/users/4/", []],
    ["alice", "/api/v2/organizations/1/", []],
    ["orgadmin", "/api/v2/organizations/1/", ["PUT", "PATCH", "DELETE now"]],
    ["orgadmin", "/api/v1/users/5/", []],
    ["admin", "/api/v1/me/", []],
    ["admin", "/api/v2/inventories/", []],
  ];
  for (const [name, path, offered] of places) {
    const page = await open(browser, { authorization: basic(name), width: DESKTOP });
    await visit(page, path);
    const shown = [];
    for (const method of ["POST", "PUT", "PATCH", "DELETE now"]) {
      const buttons = page.locator("button", { hasText: new RegExp(`^${method}$`) });
      if ((await buttons.count()) > 0) {
        shown.push(method);
      }
    }
    assert.deepEqual(shown, offered, `${name} ${path}`);
    await page.context().close();
  }
}

// A cookie is had by a form, and read and written with.
async function cookie(browser) {
  const page = await open(browser, { width: SMALL });
  await visit(page, "/api/login/?next=/api/v2/me/");
  await picture(page, "tower-login");
  await page.getByLabel("Username").fill("alice");
  await page.getByLabel("Password").fill("wrong");
  await press(page, button(page, "Log in"), 401);
  assert.equal(await page.getByLabel("Username").inputValue(), "alice");
  assert.equal(await page.getByLabel("Password").inputValue(), "");

  await page.getByLabel("Password").fill("pw-alice");
  await press(page, button(page, "Log in"), 302);
  await heading(page, "Me");
  await response(page).getByText('"username": "alice"').waitFor();
  await press(page, button(page, "OPTIONS"));
  await response(page).getByText('"name": "Me"').waitFor();
  await visit(page, "/api/v2/users/3/");
  await page.getByLabel("Content").fill('{"email": "alicia@example.com"}');
  await press(page, button(rawData(page), "PATCH"), 303);
  await page.getByRole("status").getByText("Saved.").waitFor();
  await response(page).getByText('"email": "alicia@example.com"').waitFor();
  const names = (await page.context().cookies()).map(({ name, httpOnly }) => [name, httpOnly]);
  assert.deepEqual(names.sort(), [["csrftoken", false], ["sessionid", true]]);
}

// The main pages, in every dress.
async function accessibility(browser) {
  const dresses = [
    { width: DESKTOP, scheme: "light" },
    { width: DESKTOP, scheme: "dark" },
    { width: SMALL, scheme: "light" },
    { width: SMALL, scheme: "dark" },
  ];
  const places = [
    ["admin", "/api/v1/users/?page_size=3&page=2", 200],
    ["admin", "/api/v2/users/3/", 200],
    ["admin", "/api/v1/organizations/1/users/", 200],
    ["admin", "/api/v1/teams/1/", 200],
    ["admin", "/api/v1/activity_stream/", 200],
    ["alice", "/api/v1/users/5/", 403],
    ["alice", "/api/v1/users/999/", 404],
    ["admin", "/api/v1/users/?bogus=1", 400],
    ["admin", "/api/v2/inventories/", 200],
    ["admin", "/api/v1/authtoken/", 405],
    [undefined, "/api/login/", 200],
    [undefined, "/api/v2/users/", 401],
  ];
  for (const dress of dresses) {
    for (const [name, path, status] of places) {
      const authorization = name && basic(name);
      const page = await open(browser, { ...dress, authorization, scripts: true });
      const told = `${status} ${path} ${dress.width} ${dress.scheme}`;
      await (status === 401 ? visitUnasked(page, path) : visit(page, path, status));
      await picture(page, `axe ${told}`.replaceAll(/[^a-z0-9]+/g, "-"));
      await assertFits(page);
      await assertAccessible(page, told);
      await page.context().close();
    }
  }
}

const scenarios = { directory, rights, cookie, accessibility };
const browser = await launch();
try {
  await scenarios[process.argv[2]](browser);
} finally {
  await browser.close();
}
