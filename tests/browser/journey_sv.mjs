#!/usr/bin/env node
/*
 * A child's way from a form to a place in a group, under the demo's settings and nothing else: as
 * a parent in Swedish with script and without it, as a professional in English, as a child. And
 * what must be kind when something goes wrong: errors, red answers, a form sent twice, a quick way
 * out.
 */
import assert from "node:assert/strict";
import {
  CALM, asSlowAsAPerson, back, birthday, fill, hasFocus, inCity, referral, test,
} from "./city.mjs";

const parent = (email) => ({
  "guardians.0.name": "Åsa Öberg", "guardians.0.relation": "mother", "guardians.0.email": email,
  "guardians.0.email_safe": "yes", "guardians.0.phone_safe": "no", language: "sv",
  child_name: `Väinö <b>${email}</b>`, ...birthday("2018-05-04"), sex: "boy", district: "farsta",
  languages: "sv", situations: ["substance"], ...CALM, consent_take_part: "yes",
  max_travel_min: "90", parent_wish: "no", message: "Han tycker om fotboll.\nRing inte på jobbet.",
});

const code = (page) => page.locator(".code").innerText();
const words = (page) => page.locator("main").innerText();
const heading = (page) => page.locator("h1").innerText();
const next = (page) => page.click("button[value=check]");
const send = (page) => page.click("button[value=send]");

/** From the start page to the receipt; gives the family's code. */
async function applyAsParent(city, page, email) {
  await page.goto(city.url);
  await page.getByRole("link", { name: "Jag är förälder" }).click();
  await page.getByRole("link", { name: "Fyll i allt på en sida" }).click();
  await fill(page, parent(email));
  await asSlowAsAPerson(page);
  await next(page);
  assert.equal(await heading(page), "Stämmer det här?");
  const shown = await words(page);
  for (const part of ["Åsa Öberg", `Väinö <b>${email}</b>`, "Farsta", "Ring inte på jobbet."])
    assert.ok(shown.includes(part), `the answers show ${part}`);
  await page.click("button[value=change]");
  assert.equal(await page.inputValue('[name="guardians.0.email"]'), email);
  assert.ok(await page.isChecked('[name="immediate_danger"][value="no"]'));
  await next(page);
  await send(page);
  assert.equal(await heading(page), "Tack, vi har fått det du skickade");
  assert.match(await words(page), /En person hos oss läser det senast \S+dag/);
  return code(page);
}

/** Follows the letter's link and answers yes; a link looked at is not used up. */
async function sayYes(city, page, email) {
  const letter = await city.letterTo(email);
  const link = city.linkOf(letter);
  for (const word of ["Väinö", "Öberg", "Björken", "dricker", "droger"])
    assert.ok(!Object.values(letter).join(" ").includes(word), `the letter says ${word}`);
  await page.goto(link);
  await page.goto(link);
  assert.equal(await heading(page), "Ett förslag till er");
  await page.getByRole("button", { name: "Skicka svaret" }).click();
  assert.match(await page.title(), /^Fel: /);
  await hasFocus(page, "errors");
  await page.getByLabel("Ja, vi vill träffas").check();
  await page.getByRole("button", { name: "Skicka svaret" }).click();
  assert.equal(await heading(page), "Tack, vi har ditt svar");
  await page.goto(link);
  assert.match(await words(page), /Platsen är er/);
}

/** Families that come by the API and say yes, so that the group gets its least number. */
async function neighbours(city, count) {
  await Promise.all(Array.from({ length: count }, async (_, index) => {
    const name = ["Ester Wallin", "Omar Lindqvist", "Tuva Mbeki"][index];
    const email = `${name.slice(0, 4).toLowerCase()}@example.org`;
    const answer = await city.ask("/api/v1/referrals", {
      method: "POST", headers: { "content-type": "application/json" },
      body: JSON.stringify(referral(email, { child_name: name })),
    });
    assert.equal(answer.status, 201, await answer.text());
    const link = city.linkOf(await city.letterTo(email));
    const yes = await city.ask(link, {
      method: "POST", headers: { "content-type": "application/x-www-form-urlencoded" },
      body: "answer=yes",
    });
    assert.equal(yes.status, 303);
  }));
}

async function goodWays(city) {
  const codes = [];
  let receipt;
  for (const script of [true, false]) {
    const how = script ? "with script" : "without script";
    const email = script ? "asa@example.org" : "utan.skript@example.org";
    const page = await city.visitor({ javaScriptEnabled: script });
    await test(`a parent's form ${how}: answers, check page, change, receipt`, async () => {
      codes.push(await applyAsParent(city, page, email));
      receipt = new URL(page.url()).pathname.split("/").at(-1);
    });
    await test(`the letter ${how}: its link, an error, a yes, the same page again`, async () => {
      await sayYes(city, page, email);
    });
    await page.context().close();
  }
  await test("four families said yes: the group is confirmed, they have places", async () => {
    await neighbours(city, 2);
    for (const one of codes) assert.equal(await city.reaches(one, "placed"), "placed");
  });
  await test("trace tells the way hop by hop, to the letter about the start", async () => {
    await city.went(codes[0], ["referral_received>matching", "referral_cleared>matching",
      "place_offered>notification", "letter_settled>matching", "offer_answered>matching",
      "place_taken>scheduling", "referral_placed>notification"]);
    const page = await city.visitor();
    await page.goto(city.linkOf(await city.letterTo("asa@example.org", /Nu är det klart/)));
    assert.match(await words(page), /Björken[^]*Första träffen\s+\S+dag \d+/);
    await page.context().close();
  });
  await test("the receipt tells how far it has come, to whoever has its number", async () => {
    const page = await city.visitor();
    const show = () => page.getByRole("button", { name: "Visa" }).click();
    await page.goto(`${city.url}/sv/kvitto`);
    await fill(page, { nr: "AAAA AAAA" });
    await show();
    assert.match(await page.title(), /^Fel: /);
    await hasFocus(page, "errors");
    await fill(page, { nr: receipt.toLowerCase() });
    await show();
    const now = await page.locator("li.done").last().innerText();
    assert.match(now, /fått en plats[^]*Här är ni nu/);
    await page.context().close();
  });
}

async function otherDoors(city) {
  await test("a professional's form in English leads to a letter in English", async () => {
    const page = await city.visitor({ locale: "en-GB" });
    await page.goto(city.url);
    assert.equal(new URL(page.url()).pathname, "/en/");
    await page.goto(`${city.url}/en/anmal/allt`);
    assert.equal(await page.getAttribute("html", "lang"), "en");
    await fill(page, {
      family_knows: "yes", source: "pupil_health", "referrer.name": "Kim Al",
      "referrer.email": "kim@skola.example.org", child_name: "Maja", ...birthday("2016-06-01"),
      district: "skarholmen", situations: ["mental"], ...CALM, "guardians.0.name": "Ola Ek",
      "guardians.0.email": "ola@example.org", "guardians.0.email_safe": "yes", language: "en",
      languages: "sv", consent_take_part: "yes",
    });
    await asSlowAsAPerson(page);
    await next(page);
    await send(page);
    assert.match(await words(page), /report of concern|concern/i);
    const letter = await city.letterTo("ola@example.org", /answer yes or no/);
    await page.goto(city.linkOf(letter));
    assert.equal(await page.getAttribute("html", "lang"), "en");
    await page.context().close();
  });
  await test("a child's three questions reach a person; nothing is sent", async () => {
    const page = await city.visitor();
    await page.goto(`${city.url}/sv/barn`);
    await page.getByRole("button", { name: "Börja, tre frågor" }).click();
    await fill(page, { child_name: "Månen" });
    await asSlowAsAPerson(page);
    const on = () => page.click("button[value=next]");
    await on();
    await fill(page, { "guardians.0.email": "manen@example.org", "guardians.0.email_safe": "yes" });
    await on();
    await fill(page, { age: "13" });
    await on();
    await send(page);
    assert.equal(await heading(page), "Tack, vi har fått det du skickade");
    assert.equal(await page.getAttribute("#leave", "href"), "/lamna");
    const receipt = new URL(page.url()).pathname.split("/").at(-1);
    await page.context().close();
    const status = await (await city.ask(`/api/v1/referrals/${receipt}`)).json();
    assert.equal(status.status, "received");
    assert.ok(!(await city.letters()).some((one) => one.to.includes("manen@")));
  });
}

async function unhappyWays(city) {
  await test("an empty form: title, summary with focus, links, words at fields", async () => {
    const page = await city.visitor();
    await page.goto(`${city.url}/sv/foralder/allt`);
    await fill(page, { "guardians.0.name": "Bo & <Co>", "guardians.0.email": "fel@",
      ...birthday("2018-2-31") });
    await next(page);
    assert.match(await page.title(), /^Fel: /);
    await hasFocus(page, "errors");
    assert.equal(await page.inputValue('[name="guardians.0.name"]'), "Bo & <Co>");
    assert.equal(await page.inputValue('[name="birth_date.month"]'), "2");
    const links = page.locator("#errors a");
    assert.ok(await links.count() >= 8, `${await links.count()} problems`);
    for (let i = 0; i < await links.count(); i++) {
      const link = links.nth(i), words = await link.innerText();
      const target = (await link.getAttribute("href")).slice(1);
      await link.click();
      await hasFocus(page, target);
      const field = page.locator(".field.bad").filter({ has: page.locator(`[id="${target}"]`) });
      const wrong = await field.last().locator(".wrong").first().innerText();
      const there = wrong.replace(/^Fel:\s*/, "");
      assert.ok(words.endsWith(there), `"${words}" is said at ${target} as "${there}"`);
    }
    await page.context().close();
  });
  for (const script of [true, false])
    await test(`a red answer, script ${script}: the acute page, then a person`, async () => {
      const page = await city.visitor({ javaScriptEnabled: script });
      const email = `rod${script}@example.org`;
      await page.goto(`${city.url}/sv/foralder/allt`);
      await fill(page, { ...parent(email), immediate_danger: "yes" });
      await asSlowAsAPerson(page);
      await next(page);
      assert.equal(await heading(page), "Det är bråttom");
      assert.equal(await page.getAttribute(".call a", "href"), "tel:112");
      await next(page);
      assert.equal(await heading(page), "Stämmer det här?");
      await send(page);
      await city.reaches(await code(page), "protection_first");
      assert.ok(!(await city.letters()).some((one) => one.to.includes(email)));
      await page.context().close();
    });
  await test("a form sent twice, and again after Back, is one referral", async () => {
    const page = await city.visitor();
    await page.goto(`${city.url}/sv/foralder/allt`);
    await fill(page, { ...parent("dubbel@example.org"), immediate_danger: "unknown" });
    await asSlowAsAPerson(page);
    await next(page);
    const before = page.url();
    const body = await page.evaluate(() => {
      const form = document.querySelector("main form");
      const fields = new FormData(form, form.querySelector("button[value=send]"));
      return `${new URLSearchParams(fields)}`.replaceAll("%0A", "%0D%0A"); // as forms send lines
    });
    const receipts = await Promise.all(Array.from({ length: 10 }, async () =>
      new URL((await city.ask("/sv/foralder", {
        method: "POST", headers: { "content-type": "application/x-www-form-urlencoded" }, body,
      })).headers.get("location"), city.url).href));
    await send(page);
    receipts.push(page.url());
    await back(page);
    assert.equal(page.url(), before);
    await send(page);
    receipts.push(page.url());
    assert.equal(new Set(receipts).size, 1, receipts.join(" "));
    await page.context().close();
  });
}

async function quickExit(city) {
  const away = "https://www.smhi.se/";
  const ways = {
    "the button": (page) => page.click("#leave"),
    "three times Shift": async (page) => {
      for (let i = 0; i < 3; i++) await page.keyboard.press("Shift");
    },
  };
  for (const [name, leave] of Object.entries(ways))
    await test(`quick exit by ${name}: away, and Back does not come here`, async () => {
      const page = await city.visitor();
      await page.goto(`${city.mailbox}/`);
      await page.goto(`${city.url}/sv/barn/fragor`);
      await fill(page, { child_name: "Hemlig" });
      await leave(page);
      await page.waitForURL(away);
      await back(page);
      assert.equal(page.url(), `${city.mailbox}/`);
      await page.context().close();
    });
  await test("quick exit without script: a plain link that clears the browser", async () => {
    const page = await city.visitor({ javaScriptEnabled: false });
    await page.goto(`${city.url}/sv/barn/fragor`);
    const gone = page.waitForRequest((request) => request.url() === away);
    await page.locator("#leave").click({ noWaitAfter: true });
    await gone;
    await page.context().close();
    const answer = await city.ask("/lamna");
    assert.equal(answer.status, 303);
    assert.equal(answer.headers.get("location"), away);
    assert.match(answer.headers.get("clear-site-data"), /"cookies".*"storage"/);
  });
}

await inCity({ demo: true }, async (city) => {
  await goodWays(city);
  await otherDoors(city);
  await unhappyWays(city);
  await quickExit(city);
  await test("no page asked for anything from elsewhere, but the way out", () =>
    assert.deepEqual([...city.requests], ["https://www.smhi.se"]));
});
