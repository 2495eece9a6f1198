#!/usr/bin/env node
/*
 * Every page that people meet, in each of its states and languages, with script and without it:
 * usable by all (WCAG 2.2 AA by axe-core, 320 and 1280 px, light and dark), strict in its headers,
 * silent about what it is about.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import path from "node:path";
import { CALM, asSlowAsAPerson, birthday, fill, inCity, referral, test } from "./city.mjs";
import { THOROUGH, invalid, look, strict, violations } from "./look.mjs";

const family = {
  "guardians.0.name": "Åsa Öberg",
  "guardians.0.email": "asa@example.org", "guardians.0.email_safe": "yes",
  language: "sv", child_name: "Väinö", ...birthday("2018-05-04"), district: "farsta",
  situations: ["violence", "mental"], primary_situation: "violence", ...CALM,
};
const DOORS = {
  "foralder/allt": family,
  "anmal/allt": { ...family, family_knows: "yes", source: "police", "referrer.name": "Kim Al",
    "referrer.email": "kim@skola.example.org" },
  "barn/fragor": { child_name: "Månen", "guardians.0.phone": "070-174 06 05", age: "13" },
};

// Contrast is the same in each language and without script; how long words run is not. What is
// turned round or said more simply is seen once, where there is least room.
const LOOKS = { "sv, script": THOROUGH, script: ["narrow light", "wide light"],
  "no script": ["narrow light"], "ar, script": ["narrow light"],
  "lattlast, script": ["narrow light"] };
const looksOf = new WeakMap();

/** Goes there and looks; the answer must have that status. */
async function visit(page, where, status = 200) {
  const answer = await page.goto(where);
  assert.equal(answer.status(), status, where);
  strict(await answer.allHeaders());
  await look(page, answer, { looks: looksOf.get(page) });
}

/** Presses a button and looks at what comes. */
async function press(page, selector, status) {
  const [answer] = await Promise.all([
    page.waitForResponse((one) => one.request().isNavigationRequest() && one.status() !== 303),
    page.locator(selector).first().click(),
  ]);
  await page.waitForLoadState();
  assert.equal(answer.status(), status, page.url());
  strict(await answer.allHeaders());
  await look(page, answer, { looks: looksOf.get(page) });
}

async function plainPages(city, page, home, name) {
  const pages = { "": 200, akut: 200, grupper: 200, "grupper?age=4&weekday=2": 200, kvitto: 200,
    "kvitto?nr=AAAAAAAA": 404, "kvitto/AAAAAAAA": 404, barn: 200,
    "svar/AAAAAAAAAAAAAAAAAAAAAA": 404, "tider/AAAAAAAAAAAAAAAAAAAAAA": 404,
    "finns/inte/har": 404 };
  for (const [where, status] of Object.entries(pages))
    await test(`${name}: /${where}`, () => visit(page, `${home}/${where}`, status));
}

async function door(city, page, home, name, [where, answers]) {
  await test(`${name}: /${where}, empty`, () => visit(page, `${home}/${where}`));
  await test(`${name}: /${where}, with errors`, () => press(page, "button[value=check]", 422));
  await test(`${name}: /${where}, answers to check`, async () => {
    await page.goto(`${home}/${where}`);
    await fill(page, answers);
    await press(page, "button[value=check]", 200);
  });
  await test(`${name}: /${where}, receipt`, async () => {
    await press(page, "button[value=send]", 200);
    await visit(page, page.url().replace("?ny=1", ""));
  });
  if (where === "barn/fragor") return;
  await test(`${name}: /${where}, a red answer`, async () => {
    await page.goto(`${home}/${where}`);
    await fill(page, { ...answers, immediate_danger: "yes" });
    await press(page, "button[value=check]", 200);
  });
}

/** A link to an offer, for a child of its own. */
async function offer(city, language, child) {
  const email = `${child.toLowerCase()}@example.org`;
  const answer = await city.ask("/api/v1/referrals", {
    method: "POST", headers: { "content-type": "application/json" },
    body: JSON.stringify(referral(email, { language, language_page: language, child_name: child })),
  });
  assert.equal(answer.status, 201);
  return city.linkOf(await city.letterTo(email, /https?:/));
}

async function offerPage(city, page, code, name, child) {
  await test(`${name}: an offer, its error, its answer`, async () => {
    const link = (await offer(city, code, child)).replace(/\/[a-z]+\/svar/, `/${code}/svar`);
    await visit(page, link);
    await press(page, "main form button", 422);
    await page.check('[name="answer"][value="no"]');
    await page.check('[name="reason"][value="time"]');
    await press(page, "main form button", 200);
  });
}

async function letterPages(city) {
  await test("the folder of letters, and a letter as it looks in a mail program", async () => {
    const page = await city.visitor();
    const list = await page.goto(city.mailbox);
    await look(page, list);
    await page.locator(".mails a").first().click();
    await page.waitForURL(/\/mail\//);
    await look(page, null);
    // Its own frame may run nothing, so the check looks at the same words on an empty page.
    await page.goto("about:blank");
    await page.setContent((await city.letters())[0].html);
    await look(page, null);
    await page.context().close();
  });
}

/** What a person has typed is not lost when PostgreSQL is away: the page again, honest words. */
async function away(city) {
  await test("PostgreSQL is away: the form again, with all that was typed", async () => {
    const page = await city.visitor();
    await page.goto(`${city.url}/sv/foralder/allt`);
    await fill(page, family);
    await asSlowAsAPerson(page);
    await page.click("button[value=check]");
    await page.waitForSelector("button[value=send]");
    execFileSync("/usr/lib/postgresql/15/bin/pg_ctl", ["-D", path.join(city.var, "pg"), "-m",
      "immediate", "stop"], { stdio: "ignore" });
    await press(page, "button[value=send]", 503);
    assert.equal(await page.inputValue('[name="child_name"]'), "Väinö");
    await page.context().close();
  });
}

await inCity({ demo: true }, async (city) => {
  const start = await city.visitor();
  await start.goto(city.url);
  const codes = await start.locator(".tongues a").evaluateAll((links) =>
    links.map((link) => new URL(link.href).pathname.split("/")[1]));
  await test("the look sees a planted offence", async () => {
    await start.evaluate(() => { document.querySelector("h1").style.color = "#ddd"; });
    assert.match((await violations(start)).join(), /color-contrast: h1/);
    assert.match((await invalid("<!doctype html><ul><p>x</p></ul>")).join(), /element-permitted/);
  });
  await start.context().close();
  const children = ["Ester", "Omar", "Tuva", "Wilmer", "Signe", "Yusuf"];
  const visits = codes.flatMap((code) => (LOOKS[`${code}, script`]?.length === 1 ? [true]
    : [true, false]).map((scripts) => ({ code, scripts })));
  await Promise.all(visits.map(async ({ code, scripts }, index) => {
    const kind = scripts ? "script" : "no script", name = `${code}, ${kind}`;
    const page = await city.visitor({ scripts });
    looksOf.set(page, LOOKS[name] ?? LOOKS[kind]);
    await plainPages(city, page, `${city.url}/${code}`, name);
    // Easy-read Swedish differs where a child reads it; the rest is looked at in Swedish.
    const easy = code === "lattlast";
    for (const one of Object.entries(DOORS).filter(([where]) => !easy || where === "barn/fragor"))
      await door(city, page, `${city.url}/${code}`, name, one);
    if (!easy) await offerPage(city, page, code, name, children[index]);
    await page.context().close();
  }));
  await letterPages(city);
  await away(city);
  await test("no page asked for anything from elsewhere", () =>
    assert.deepEqual([...city.requests], []));
});
