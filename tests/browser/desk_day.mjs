#!/usr/bin/env node
/*
 * A coordinator's day as a person lives it: the morning's first call, three tries in vain, a contact
 * typed while talking, a red answer handed over; with the mouse, with the keyboard alone, on a phone,
 * without script. Nothing is automatic here: each family waits for a person.
 */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { back, fill, hasFocus, inCity, referral, test, until } from "./city.mjs";
import { look, strict } from "./look.mjs";

const SETTLED = ["waiting", "proposed", "offered"]; // a group may have a place at once
const LOOKS = ["narrow light", "wide dark"];
const CALL = { child_name: "Ebba Qvarnlind", "birth_date.day": "4", "birth_date.month": "5",
  "birth_date.year": "2017", district: "bromma", situations: ["separation"], ringer: "parent",
  immediate_danger: "no", afraid_at_home: "no", violence_last_year: "no",
  other_guardian_dangerous: "no", protected_identity: "no", "guardians.0.name": "Mats Qvarnlind",
  "guardians.0.phone": "070-174 06 05", "guardians.0.phone_safe": "yes",
  "guardians.0.hours": "efter klockan sexton", consent_take_part: "yes" };

const words = (page) => page.locator("main").innerText();
const said = (page) => page.locator(".said").innerText();
const press = (page, name) => page.getByRole("button", { name, exact: true }).click();

async function signIn(city, page, user = "samordnare") {
  const passwords = await readFile(path.join(city.var, "demo-sign-in.txt"), "utf8");
  const password = new RegExp(`^${user}\\s+(\\S+)`, "m").exec(passwords)[1];
  await page.goto(city.desk);
  await fill(page, { namn: user, losenord: password });
  await page.locator("main form button").click();
  await page.waitForURL(`${city.desk}/`);
  return page;
}

/** A page that somebody at the desk has open. */
const atDesk = async (city, options) => signIn(city, await city.visitor(options));

async function see(city, page, where) {
  const answer = await page.goto(new URL(where, city.desk).href);
  assert.equal(answer.status(), 200, where);
  strict(await answer.allHeaders(), "same-origin");
  await look(page, answer, { looks: LOOKS });
}

/** A family writes by the API; its code, when the desk can see it. */
async function write(city, name, changes = {}) {
  const answer = await city.ask("/api/v1/referrals", {
    method: "POST", headers: { "content-type": "application/json" },
    body: JSON.stringify(referral(`${name.toLowerCase()}@example.org`,
      { child_name: `${name} Prov`, situations: ["separation"], ...changes })),
  });
  const { code } = await answer.json();
  await until(`${code} is at the desk`, () => city.stateOf(code));
  return code;
}

async function openCard(city, page, code) {
  await page.goto(city.desk);
  await fill(page, { kod: code.toLowerCase() });
  await press(page, "Sök");
  await page.waitForURL(/\/kort\//);
}

async function clear(city, page, code, spoken) {
  await openCard(city, page, code);
  await page.check('[name="beslut"][value="clear"]');
  if (spoken) await page.check('[name="talat"]');
  await press(page, "Spara beslutet");
  await city.reaches(code, ...(spoken ? SETTLED : ["contacting"]));
}

const onTheList = (city, page, code) => until(`${code} is to be called`, async () => {
  await page.goto(`${city.desk}/uppgifter?slag=ring`);
  return (await words(page)).includes(code);
});

async function callFrom(page, code) {
  await page.getByRole("link", { name: `Ring ${code}` }).click();
  await press(page, "Visa");
}

async function inVain(page) {
  await page.check('[name="hur"][value="no_answer"]');
  await press(page, "Spara samtalet");
}

async function morning(city, page) {
  const code = await write(city, "Ada");
  await clear(city, page, code, false);
  await onTheList(city, page, code);
  await test("journey: the morning's first call, from Idag to the number to the note", async () => {
    await see(city, page, "/");
    await callFrom(page, code);
    assert.match(await words(page), /Ada Prov/);
    assert.doesNotMatch(await words(page), /Separation|Psykisk|Missbruk|Våld/);
    await page.check('[name="hur"][value="reached"]');
    await fill(page, { ord: "Vill börja i vår." });
    await press(page, "Spara samtalet");
    assert.match(await said(page), /uppskrivet/);
    await city.reaches(code, ...SETTLED);
    await see(city, page, page.url().split("?")[0]);
    assert.match(await words(page), /Samtal: Nådde familjen/);
    assert.ok(!(await words(page)).includes("i vår"), "the card shows what was said");
  });
}

async function threeTries(city, page) {
  const code = await write(city, "Bo");
  await clear(city, page, code, false);
  await test("journey: three tries in vain, then the one who told us", async () => {
    for (let nth = 1; nth <= 3; nth++) {
      await onTheList(city, page, code);
      assert.match(await words(page), new RegExp(`försök ${nth} av 3`));
      await callFrom(page, code);
      await inVain(page);
    }
    assert.match(await words(page), /3 försök utan svar/);
    assert.match(await words(page), /Fråga den som hörde av sig/);
    await page.check('[name="hur"][value="referrer_asked"]');
    await press(page, "Spara samtalet");
    assert.match(await words(page), /Ring igen/);
  });
}

async function contacts(city, page) {
  await test("journey: a contact typed while talking, kept half-done, taken up again, sent", async () => {
    await page.goto(city.desk);
    await page.locator("main").getByRole("link", { name: "Ny kontakt" }).click();
    await see(city, page, "/ny-kontakt");
    const { child_name, ringer } = CALL;
    await fill(page, { child_name, ringer });
    await press(page, "Spara, fortsätt senare");
    await page.getByRole("link", { name: /Samtal som började/ }).click();
    assert.equal(await page.inputValue('[name="child_name"]'), child_name);
    await press(page, "Skicka in"); // too early: what is missing is named, nothing is lost
    await page.waitForSelector(".errors");
    assert.match(await page.title(), /^Fel: /);
    await look(page, null, { looks: LOOKS });
    assert.equal(await page.inputValue('[name="child_name"]'), child_name);
    await page.locator(".errors a").first().click();
    await fill(page, CALL);
    await press(page, "Skicka in");
    await page.waitForSelector(".code");
    await look(page, null, { looks: LOOKS });
    const code = await page.locator(".code").innerText();
    await page.reload();
    assert.equal(await page.locator(".code").innerText(), code, "the receipt stays");
    await page.getByRole("link", { name: "Öppna kortet" }).click();
    assert.match(await words(page), /togs emot av Sam Ordning/);
    assert.ok(!(await words(page)).includes("Qvarnlind"));
    await back(page);
    assert.equal(await page.locator(".code").innerText(), code);
  });
  await test("journey: two windows with the same contact send it once", async () => {
    await page.goto(`${city.desk}/ny-kontakt`);
    await fill(page, { ...CALL, child_name: "Två Fönster" });
    await press(page, "Spara, fortsätt senare");
    await page.getByRole("link", { name: /Samtal som började/ }).click();
    const second = await page.context().newPage();
    await second.goto(page.url());
    await press(page, "Skicka in");
    await page.waitForSelector(".code");
    await press(second, "Skicka in");
    await second.waitForSelector(".code");
    assert.equal(await second.locator(".code").innerText(),
      await page.locator(".code").innerText());
    await second.close();
  });
  await test("journey: a draft is thrown away", async () => {
    await page.goto(`${city.desk}/ny-kontakt`);
    await fill(page, { child_name: "Ångrar Sig" });
    await press(page, "Spara, fortsätt senare");
    await page.getByRole("link", { name: /Samtal som började/ }).click();
    await page.getByText("Kasta utkastet").click();
    await press(page, "Ja, kasta det");
    assert.match(await said(page), /kastat/);
    assert.equal(await page.getByRole("link", { name: /Samtal som började/ }).count(), 0);
  });
  await test("journey: a question without a name is counted and ended", async () => {
    await see(city, page, "/ny-kontakt/fraga");
    await fill(page, { fran: "pupil_health", galler: "mental", slut: "told" });
    await press(page, "Räkna frågan");
    assert.match(await said(page), /räknad/);
    assert.match(await words(page), /Psykisk ohälsa\s+1\s+1/);
  });
}

async function red(city, page) {
  const code = await write(city, "Cilla", { immediate_danger: "yes" });
  await test("journey: a red answer is handed over, and its receipt stands in the timeline", async () => {
    await until("the task", async () => {
      await page.goto(city.desk);
      return (await words(page)).includes("Rött först");
    });
    await look(page, null, { looks: LOOKS });
    const task = page.locator(".work > li").filter({ hasText: code }).first();
    await task.locator("summary").click();
    await task.getByLabel("Vem tog emot, och när").fill("Alma Ek, jouren, 14.20");
    await task.getByRole("button", { name: "Klar" }).click();
    assert.match(await said(page), /klar/);
    await openCard(city, page, code);
    assert.match(await words(page), /Alma Ek, jouren, 14\.20/);
  });
}

async function holdParkWithdraw(city, page) {
  const code = await write(city, "Dag", { afraid_at_home: "unknown" });
  await test("journey: a hold asks why, stands under Vilande, and is released", async () => {
    await openCard(city, page, code);
    await page.check('[name="beslut"][value="hold"]');
    await press(page, "Spara beslutet");
    assert.match(await said(page), /Välj ett skäl/);
    await page.check('[name="beslut"][value="hold"]');
    await page.selectOption("#skal-b", "more_to_know");
    await press(page, "Spara beslutet");
    await until("it is on hold", async () => {
      await page.goto(`${city.desk}/beslut?visa=vilande`);
      return (await words(page)).includes(code);
    });
    await look(page, null, { looks: LOOKS });
    await clear(city, page, code, true);
  });
  await test("journey: parked to a date, with the reason in the timeline", async () => {
    await openCard(city, page, code);
    await page.getByText("Parkera, lämna över").click();
    await page.check('[name="till"][value="parked"]');
    const day = new Date(Date.now() + 40 * 86400000).toISOString().slice(0, 10);
    await fill(page, { dag: day });
    await page.selectOption("#skal-f", "later");
    await page.fill("#skal_ord-f", "efter jul");
    await press(page, "Flytta");
    await city.reaches(code, "parked");
    await openCard(city, page, code);
    assert.match(await words(page), /Ville parkera: Inte nu, kanske senare/);
    assert.match(await words(page), /efter jul/);
    await look(page, null, { looks: LOOKS });
  });
  await test("journey: the family withdraws; nothing more is offered to do", async () => {
    await page.getByText("Parkera, lämna över").click();
    await page.check('[name="till"][value="withdrawn"]');
    await page.selectOption("#skal-f", "wish");
    await press(page, "Flytta");
    await city.reaches(code, "withdrawn");
    await openCard(city, page, code);
    assert.match(await words(page), /Tog tillbaka: familjen vill inte/);
    assert.equal(await page.getByText("Parkera, lämna över").count(), 0);
  });
}

async function lists(city, page) {
  await test("journey: the waiting list narrowed, sorted, and taken as a file", async () => {
    await see(city, page, "/vantelista");
    await page.getByText("Fler val").click();
    await fill(page, { fran: "5", till: "12", ordning: "dagar" });
    await press(page, "Visa");
    await look(page, null, { looks: LOOKS });
    assert.ok(!/Prov|Qvarnlind/.test(await words(page)), "the list shows a name");
    const [file] = await Promise.all([page.waitForEvent("download"),
      page.getByRole("link", { name: "Hämta som fil" }).click()]);
    const text = await readFile(await file.path(), "utf8");
    assert.match(text, /^\uFEFF"Kod";"Situation"/);
    assert.ok(!/Prov|Qvarnlind/.test(text), "the file has a name");
  });
}

async function keyboard(city) {
  const page = await atDesk(city);
  await test("keyboard: from the first page to a kept draft without a mouse", async () => {
    const tabTo = async (what) => {
      for (let n = 0; n < 80; n++) {
        await page.keyboard.press("Tab");
        if (await page.evaluate((text) => document.activeElement.textContent.trim() === text, what))
          return;
      }
      assert.fail(`no way to ${what} by Tab`);
    };
    await page.goto(city.desk);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter"); // over the way about, to the contents
    assert.match(page.url(), /#content$/);
    await page.goto(city.desk);
    await tabTo("Ny kontakt");
    await page.keyboard.press("Enter");
    await page.waitForURL(/ny-kontakt/);
    await page.locator('[name="ringer"]').first().focus();
    await page.keyboard.press("Space");
    await tabTo("Den som ringer i sitt arbete");
    await page.keyboard.press("Tab");
    await hasFocus(page, "child_name");
    await page.keyboard.type("Tangent Bord");
    await tabTo("Spara, fortsätt senare");
    const box = await page.evaluate(() => document.activeElement.getBoundingClientRect().bottom);
    assert.ok(box <= 720, "the buttons stay in sight");
    await page.keyboard.press("Enter");
    assert.match(await said(page), /Utkastet är sparat/);
  });
  await page.context().close();
}

async function phone(city) {
  const page = await atDesk(city, { viewport: { width: 390, height: 800 }, hasTouch: true });
  await test("journey: on a phone the menu opens, and a task is taken and given back", async () => {
    const link = page.getByRole("navigation", { name: "Sidor" }).getByText("Väntelista");
    assert.ok(!(await link.isVisible()), "the menu is closed");
    await page.locator(".menu summary").tap();
    await link.tap();
    await page.waitForURL(/vantelista/);
    const code = await write(city, "Elis");
    await clear(city, page, code, false);
    await onTheList(city, page, code);
    const task = page.locator(".work > li").filter({ hasText: code });
    await task.locator("summary").tap();
    await task.getByRole("button", { name: "Jag tar den" }).tap();
    assert.match(await said(page), /din/);
    await page.goto(city.desk);
    assert.match(await words(page), /Mina uppgifter/);
    const mine = page.locator("section", { hasText: "Mina uppgifter" }).locator(".work > li");
    await mine.first().locator("summary").tap();
    await mine.first().getByRole("button", { name: "Lämna tillbaka" }).tap();
    assert.match(await said(page), /tillbaka/);
    const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wider <= 0, `${wider} px wider than the phone`);
  });
  await page.context().close();
}

async function withoutScript(city) {
  const page = await atDesk(city, { javaScriptEnabled: false });
  await test("journey: without script: the same day, the same buttons", async () => {
    const code = await write(city, "Fia");
    await clear(city, page, code, false);
    await onTheList(city, page, code);
    await callFrom(page, code);
    await inVain(page);
    assert.match(await words(page), /1 av 3 försök/);
    await page.goto(`${city.desk}/ny-kontakt`);
    await page.fill('[name="child_name"]', "Utan Skript");
    await press(page, "Spara, fortsätt senare");
    assert.match(await said(page), /Utkastet är sparat/);
  });
  await page.context().close();
}

async function reader(city) {
  const page = await signIn(city, await city.visitor(), "lasratt");
  await test("journey: who only reads looks and touches nothing", async () => {
    for (const where of ["/", "/uppgifter", "/beslut"]) {
      await page.goto(city.desk + where);
      const doing = page.getByRole("button", { name: /Klar|Jag tar den|Sett|Spara/ });
      assert.equal(await doing.count(), 0, where);
      assert.equal(await page.getByRole("link", { name: "Ny kontakt" }).count(), 0, where);
    }
    assert.equal((await page.goto(`${city.desk}/ny-kontakt`)).status(), 403);
  });
  await page.context().close();
}

async function away(city, page) {
  await test("journey: signed out in the middle of a call, nothing is lost", async () => {
    await page.goto(`${city.desk}/ny-kontakt`);
    await fill(page, { child_name: "Mitt I" });
    const second = await page.context().newPage();
    await second.goto(city.desk);
    await second.locator('form[action="/ut"] button').click();
    await press(page, "Spara, fortsätt senare");
    assert.match(await words(page), /Du är utloggad/);
    await look(page, null, { looks: LOOKS });
    await signIn(city, second);
    await press(page, "Spara det jag skrev"); // its form is from before the sign-in: asked once more
    await press(page, "Spara det jag skrev");
    await page.getByRole("link", { name: /Samtal som började/ }).last().click();
    assert.equal(await page.inputValue('[name="child_name"]'), "Mitt I");
    await second.close();
  });
}

await inCity({ demo: false }, async (city) => {
  const page = await atDesk(city);
  await morning(city, page);
  await threeTries(city, page);
  await contacts(city, page);
  await red(city, page);
  await holdParkWithdraw(city, page);
  await lists(city, page);
  await keyboard(city);
  await phone(city);
  await withoutScript(city);
  await reader(city);
  await away(city, page);
  await test("no page asked for anything from elsewhere", () =>
    assert.deepEqual([...city.requests], []));
});
