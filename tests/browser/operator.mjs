#!/usr/bin/env node
/*
 * The operator's day: queues that are live, a queue paused and let go, a dead letter seen, mended
 * and handed over, by mouse and by keyboard alone, with script and without it.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import path from "node:path";
import { inCity, referral, test, until } from "./city.mjs";
import { look } from "./look.mjs";
import { said, see, signIn, staff, words } from "./staff.mjs";

/** What no operator has a page for: SQL as the cluster's owner. */
function sql(city, text) {
  return execFileSync("/usr/lib/postgresql/15/bin/psql", ["-X", "-A", "-t", "-U", "gruppstod_admin",
    "-h", path.join(city.var, "run"), "-d", "gruppstod", "-c", text], { encoding: "utf8" }).trim();
}

async function refer(city, email) {
  const answer = await city.ask("/api/v1/referrals", {
    method: "POST", headers: { "content-type": "application/json" },
    body: JSON.stringify(referral(email)),
  });
  assert.equal(answer.status, 201);
  return (await answer.json()).code;
}

/** A letter that its receiver could not handle, as the quarantine leaves it. */
function kill(city, code, reason) {
  sql(city, "insert into ledger.dead (id, kind, subject, sender, said_at, version, body, receiver,"
    + ` died_at, reason) select gen_random_uuid(), 'catalogue_changed', s.referral_id, 'scheduling',`
    + ` common.civil_now(), 1, '\\x80', 'evaluation', now(), '${reason}'`
    + ` from intake.safety_v s where code = '${code}'`);
}

await inCity({ demo: true }, async (city) => {
  const page = await staff(city, "drift");
  const code = await refer(city, "ada@example.org");

  await test("the machinery's pages are for everybody's eyes and hands", async () => {
    assert.match(await see(city, page, "/koer"), /Mottagning[\s\S]*Inga. Allt har hanterats/);
    await see(city, page, "/vantan");
    await see(city, page, "/tangenter");
  });

  await test("journey: a page that stands open shows a letter that stops", async () => {
    await page.goto(`${city.desk}/koer`);
    kill(city, code, "prov 1 av 2");
    await page.getByText("prov <n> av <n>").waitFor();
    await look(page, null, { looks: ["narrow light"] });
  });

  await test("journey: a queue is paused for a reason and goes on, and nothing is lost", async () => {
    await page.goto(`${city.desk}/koer`);
    await page.locator("summary", { hasText: "Utvärdering" }).click();
    await page.fill("#v-evaluation", "byter disk");
    await page.locator("form[action='/koer/evaluation'] button[value=pause]").click();
    await until("it says who and why", async () => /pausad[^]*Pausad av drift.*byter disk/.test(
      await words(page)));
    await refer(city, "bo@example.org");
    await until("messages wait", async () =>
      (await page.reload(), /Utvärdering\s+[1-9]/.test(await words(page))));
    await page.locator("summary", { hasText: "Utvärdering" }).click();
    await page.locator("form[action='/koer/evaluation'] button[value=run]").click();
    await until("they are handled", async () =>
      (await page.reload(), /Utvärdering\s+0/.test(await words(page))));
  });

  await test("journey: a dead letter is looked at, and its child handed to a person", async () => {
    await page.goto(`${city.desk}/koer`);
    await page.getByRole("link", { name: /^Öppna/ }).click();
    await look(page, null);
    assert.ok((await words(page)).includes(code));
    await page.getByRole("link", { name: "Laga eller lämna över" }).click();
    await look(page, null);
    await page.getByRole("button", { name: "Lämna över" }).click();
    assert.match(await words(page), /Skriv vem som tar över/);
    await look(page, null, { looks: ["narrow light"] });
    await page.fill("#till", "Sam Ordning");
    await page.getByRole("button", { name: "Lämna över" }).click();
    assert.match(await said(page), /Överlämnat/);
    const coordinator = await staff(city, "samordnare");
    await coordinator.goto(`${city.desk}/`);
    assert.match(await words(coordinator), /Ett meddelande kunde inte hanteras/);
    await coordinator.context().close();
  });

  await test("journey: a dead letter is shown for a reason, mended wrongly, then well", async () => {
    kill(city, code, "fel innehåll");
    await page.goto(`${city.desk}/koer`);
    await page.getByRole("link", { name: /^Öppna/ }).click();
    await page.getByRole("link", { name: "Laga eller lämna över" }).click();
    await page.fill("#varfor", "rättar på begäran");
    await page.getByRole("button", { name: "Visa allt och laga" }).click();
    await look(page, null);
    await page.fill("#text", "{ inte json");
    await page.getByRole("button", { name: "Skicka det lagade" }).click();
    assert.match(await page.locator(".errors").innerText(), /Det gick inte/);
    assert.equal(await page.inputValue("#text"), "{ inte json", "what was typed is still there");
    await look(page, null, { looks: ["narrow light"] });
  });

  await test("keyboard: to a letter that stopped, into it, and to the help", async () => {
    await page.goto(`${city.desk}/koer`);
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/koer\/stopp\//);
    await page.goto(`${city.desk}/koer`);
    await page.keyboard.press("v");
    await page.waitForURL(/\/vantan$/);
    await page.goto(`${city.desk}/koer`);
    await page.keyboard.press("?");
    await page.waitForURL(/\/tangenter$/);
  });

  await test("journey: the letter is sent again; it stops again and comes back", async () => {
    await page.goto(`${city.desk}/koer`);
    await page.getByRole("link", { name: /^Öppna/ }).click();
    await page.getByRole("button", { name: "Skicka alla igen" }).click();
    assert.match(await said(page), /Skickat igen/);
    await until("it is dead again", () =>
      sql(city, "select count(*) from ledger.dead where ended is null") === "1");
  });

  await test("journey: without script the page is the same, reloaded by hand", async () => {
    const still = await staff(city, "drift", { javaScriptEnabled: false });
    await still.goto(`${city.desk}/koer`);
    await still.getByRole("link", { name: "Ladda om" }).click();
    assert.match(await words(still), /catalogue_changed/);
    await still.context().close();
  });

  await test("journey: who may read alone sees the queues and has nothing to press", async () => {
    const reader = await city.visitor();
    await signIn(city, reader, "lasratt");
    assert.doesNotMatch(await see(city, reader, "/koer"), /Styr/);
    await reader.getByRole("link", { name: /^Öppna/ }).click();
    assert.equal(await reader.getByRole("button", { name: /Skicka/ }).count(), 0);
    await reader.context().close();
  });
});
