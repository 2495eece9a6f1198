/*
 * What the tests of the desk's pages share: signing in as one of the demo's people, and looking at
 * a page of the desk as strictly as at a public one.
 */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { fill } from "./city.mjs";
import { look, strict } from "./look.mjs";

export const LOOKS = ["narrow light", "wide dark"];

/** Signs in on `page` as the demo's "samordnare", "ledare", "drift" or "lasratt". */
export async function signIn(city, page, user, password) {
  const passwords = await readFile(path.join(city.var, "demo-sign-in.txt"), "utf8");
  await page.goto(city.desk);
  await fill(page, { namn: user,
    losenord: password ?? new RegExp(`^${user}\\s+(\\S+)`, "m").exec(passwords)[1] });
  await page.locator("main form button").click();
}

/** A browser in which that user has signed in; `options` as of city.visitor. */
export async function staff(city, user, options) {
  const page = await city.visitor(options);
  await signIn(city, page, user);
  return page;
}

/** Goes there and looks; gives the words that the page shows. */
export async function see(city, page, where, { status = 200, looks = LOOKS } = {}) {
  const answer = await page.goto(new URL(where, city.desk).href);
  assert.equal(answer.status(), status, where);
  strict(await answer.allHeaders(), "same-origin"); // forms tell their origin
  await look(page, answer, { looks });
  return words(page);
}

export const words = (page) => page.locator("main").innerText();
export const said = (page) => page.locator(".said").innerText();
