#!/usr/bin/env node
/*
 * The built-in defaults, nothing automatic: a family's form waits until a coordinator has cleared
 * it and phoned, and a new group until the coordinator has approved it. Then the letter, a yes on
 * its page, a place. Beside it what the desk must be for its people: usable, strict, and never a
 * name and a situation on one page.
 */
import assert from "node:assert/strict";
import path from "node:path";
import { CALM, asSlowAsAPerson, birthday, fill, inCity, referral, test, until } from "./city.mjs";
import { look } from "./look.mjs";
import { LOOKS, said, see, signIn, words } from "./staff.mjs";

const SITUATION = /flyttat isär|separation|dricker|droger|psykiskt|våld/i;
const CHILDREN = ["Ester Wallin", "Omar Lindqvist", "Tuva Mbeki", "Wilmer Hansson", "Signe Petrov"];
const address = (name) => `${name.split(" ")[0].toLowerCase()}@example.org`;
const choose = (page, name, value) => page.check(`[name="${name}"][value="${value}"]`);

async function openCard(city, page, code) {
  await page.goto(city.desk);
  await fill(page, { kod: code.toLowerCase() });
  await page.getByRole("button", { name: "Sök" }).click();
  await page.waitForURL(/\/kort\//);
}

async function decide(city, page, code, spoken) {
  await openCard(city, page, code);
  await choose(page, "beslut", "clear");
  if (spoken) await choose(page, "talat", "ja");
  await page.getByRole("button", { name: "Spara beslutet" }).click();
  assert.match(await said(page), /\S/);
}

/** A family fills in the form, five others come by the API; their codes, the family's first. */
async function apply(city) {
  const codes = [];
  await test("six families write; none gets a letter before a person has looked", async () => {
    const page = await city.visitor();
    await page.goto(`${city.url}/sv/foralder/allt`);
    await fill(page, {
      "guardians.0.name": "Åsa Öberg",
      "guardians.0.phone": "070-174 06 05", "guardians.0.phone_safe": "yes",
      "guardians.0.email": "asa@example.org", "guardians.0.email_safe": "yes", language: "sv",
      child_name: "Väinö Öberg", ...birthday("2016-05-04"), district: "sodermalm",
      languages: "sv",
      situations: ["separation"], ...CALM, consent_take_part: "yes", max_travel_min: "90",
    });
    await asSlowAsAPerson(page);
    await page.click("button[value=check]");
    await page.click("button[value=send]");
    codes.push(await page.locator(".code").innerText());
    await page.context().close();
    for (const name of CHILDREN) {
      const answer = await city.ask("/api/v1/referrals", {
        method: "POST", headers: { "content-type": "application/json" },
        body: JSON.stringify(referral(address(name), { child_name: name, birth_date: "2016-03-09",
          district: "sodermalm", situations: ["separation"] })),
      });
      codes.push((await answer.json()).code);
    }
    for (const code of codes) await city.reaches(code, "safety_check");
    assert.deepEqual(await city.lettersToFamilies(), []);
  });
  return codes;
}

async function firstCall(city, page, code) {
  await test("a coordinator clears the family's form and gets the task to call", async () => {
    assert.match(await see(city, page, "/"), new RegExp(code));
    await decide(city, page, code, false);
    await city.reaches(code, "contacting");
    await until("the task to call", async () => {
      await page.goto(city.desk);
      return (await page.locator("#uppgifter").innerText()).includes(code);
    });
  });
  await test("names are shown for a reason only, and never beside the situation", async () => {
    await openCard(city, page, code);
    const card = await words(page);
    assert.match(card, SITUATION);
    assert.ok(!card.includes("Öberg"), "the card shows a name");
    await see(city, page, page.url());
    await page.getByRole("link", { name: "Visa kontakt" }).click();
    await see(city, page, page.url());
    await fill(page, { skal: "ringa första samtalet" });
    await page.getByRole("button", { name: "Visa" }).click();
    const names = await words(page);
    await look(page, null, { looks: LOOKS });
    for (const part of ["Väinö Öberg", "Åsa Öberg", "asa@example.org", "ringa första"])
      assert.ok(names.includes(part), `${part} is shown`);
    assert.doesNotMatch(names, SITUATION);
  });
  await test("the call is noted, and the child waits for a group", async () => {
    await openCard(city, page, code);
    await choose(page, "hur", "reached");
    await fill(page, { ord: "Mamman vill gärna, helst på onsdagar." });
    await page.getByRole("button", { name: "Spara samtalet" }).click();
    await city.reaches(code, "waiting", "proposed");
    assert.ok(!(await words(page)).includes("onsdagar"), "the card shows the note's words");
  });
}

async function others(city, page, codes) {
  await test("the other families are cleared, spoken with", async () => {
    for (const code of codes.slice(1)) await decide(city, page, code, true);
    for (const code of codes) await city.reaches(code, "waiting", "proposed");
  });
  await test("the waiting list says why each waits, and shows no name", async () => {
    const list = await see(city, page, "/vantelista");
    assert.ok(!CHILDREN.some((name) => list.includes(name)));
  });
}

async function proposal(city, page, codes) {
  await test("matching proposes a group; nothing happens until it is approved", async () => {
    await until("a proposed group on the desk's page", async () => {
      await page.goto(`${city.desk}/grupper`);
      return page.getByRole("button", { name: "Godkänn" }).count();
    }, 90000);
    assert.match(await see(city, page, "/grupper"), /6\s*barn/);
    assert.deepEqual(await city.lettersToFamilies(), []);
    await page.getByRole("button", { name: "Godkänn", exact: true }).click();
    for (const code of codes) await city.reaches(code, "offered");
  });
}

async function toThePlace(city, page, codes) {
  await test("the family's letter, its page, a yes; the group is confirmed", async () => {
    const family = await city.visitor();
    await family.goto(city.linkOf(await city.letterTo("asa@example.org")));
    await family.getByLabel("Ja, vi vill träffas").check();
    await family.getByRole("button", { name: "Skicka svaret" }).click();
    assert.equal(await family.locator("h1").innerText(), "Tack, vi har ditt svar");
    await family.context().close();
    await city.reaches(codes[0], "accepted");
    for (const name of CHILDREN.slice(0, 3)) {
      const link = city.linkOf(await city.letterTo(address(name)));
      await city.ask(link, { method: "POST", body: new URLSearchParams({ answer: "yes" }) });
    }
    for (const code of codes.slice(0, 4)) await city.reaches(code, "placed");
  });
  await test("trace tells who did what, hop by hop", async () => {
    await city.went(codes[0], ["referral_received>matching", "clearance_decided>intake",
      "referral_cleared>matching", "contact_noted>matching", "place_offered>notification",
      "letter_settled>matching", "offer_answered>matching", "place_taken>scheduling",
      "referral_placed>notification"]);
  });
  await test("the group's card: dated meetings with themes, children by code", async () => {
    await page.goto(`${city.desk}/grupper`);
    const enough = page.locator("td", { hasText: /^[4-6]\/8$/ });
    const row = page.locator("tbody tr").filter({ has: enough });
    await row.getByRole("link").first().click();
    const card = await see(city, page, page.url());
    assert.ok(codes.slice(0, 4).every((code) => card.includes(code)), card);
    assert.ok(await page.locator("tbody tr").count() >= 15, "a meeting a row");
  });
}

async function restOfTheDesk(city, page) {
  await test("the desk's other pages", async () => {
    assert.match(await see(city, page, "/koer"), /Matchning/);
    assert.match(await see(city, page, "/kalendrar"), /ingen adress/);
    await page.locator(".lines button").first().click();
    await page.waitForSelector("code");
    await look(page, null);
    assert.match(await page.locator("code").first().innerText(), /\/kalender\/[\w-]{22}\.ics$/);
    assert.match(await see(city, page, "/sok?kod=ZZZZZZ", { status: 404 }), /Ingen har den koden/);
    await see(city, page, "/sprak/en");
    assert.equal(await page.getAttribute("html", "lang"), "en");
    await see(city, page, "/vantelista");
    await see(city, page, "/ledare");
    await page.goto(`${city.desk}/ledare`);
    await see(city, page, await page.locator("table a").first().getAttribute("href"));
    await see(city, page, "/koer");
    await page.goto(`${city.desk}/sprak/sv`);
    for (const where of ["/handledning", "/besok", "/lokaler", "/program", "/lov", "/ideer"])
      await see(city, page, where);
    for (const list of ["/lokaler", "/program"]) {
      await page.goto(`${city.desk}${list}`);
      await see(city, page, await page.locator("main table a, main .cards a").first()
        .getAttribute("href"));
    }
  });
  await test("a leader sees groups only; who only reads may not decide", async () => {
    const leader = await city.visitor();
    await signIn(city, leader, "ledare");
    await see(city, leader, "/grupper");
    await see(city, leader, "/mina-timmar");
    await see(city, leader, "/kalendrar");
    for (const where of ["/vantelista", "/koer"])
      assert.ok((await leader.goto(city.desk + where)).status() >= 403, where);
    await leader.context().close();
    const reader = await city.visitor();
    await signIn(city, reader, "lasratt");
    await see(city, reader, "/");
    await reader.locator("#uppgifter, #beslut").first().waitFor();
    assert.equal(await reader.getByRole("button", { name: /Klar|Jag tar den/ }).count(), 0);
    await reader.context().close();
  });
}

async function signOut(city, page) {
  await test("signing out ends the session, also for whoever kept its cookie", async () => {
    await page.goto(city.desk);
    const kept = await page.context().cookies();
    await page.locator('form[action="/ut"] button').click();
    await page.waitForSelector("#losenord");
    await page.context().addCookies(kept);
    await page.goto(city.desk);
    assert.equal(await page.locator("#losenord").count(), 1);
  });
}

await inCity({ demo: false }, async (city) => {
  const page = await city.visitor();
  await test("nothing is automatic, and the desk says so by saying nothing", async () => {
    const shown = await city.gruppstod("config", "show");
    const automatic = shown.match(/^\S*automatically = .*$/gm);
    assert.ok(automatic.length >= 3, shown);
    for (const line of automatic) assert.match(line, /= (no|false)\b.*default/);
  });
  await test("a wrong password tells nothing; the right one opens the desk", async () => {
    await see(city, page, "/in");
    await signIn(city, page, "samordnare", "fel-losenord");
    const wrong = await words(page);
    await look(page, null, { looks: LOOKS });
    await signIn(city, page, "ingen-alls", "fel-losenord");
    assert.equal((await words(page)).replace(/\d+/g, ""), wrong.replace(/\d+/g, ""));
    await signIn(city, page, "samordnare");
    await page.waitForURL(`${city.desk}/`);
    assert.equal(await page.locator(".banner").count(), 0);
  });
  const codes = await apply(city);
  await firstCall(city, page, codes[0]);
  await others(city, page, codes);
  await restOfTheDesk(city, page); // while the waiting list ripens
  await proposal(city, page, codes);
  await toThePlace(city, page, codes);
  await signOut(city, page);
  await test("no page asked for anything from elsewhere", () =>
    assert.deepEqual([...city.requests], []));
});
