#!/usr/bin/env node
/*
 * A family and its letters: an offer answered yes, no or "call me", for one child or for brothers
 * and sisters at once; what happens with the back button, a reload, two tabs and a link that is too
 * old; the days of a group, and a child that does not come. With and without script, by keyboard
 * alone, in Arabic.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import path from "node:path";
import { hasFocus, inCity, referral, test, until } from "./city.mjs";
import { look, strict } from "./look.mjs";

const LOOKS = ["narrow light", "wide dark"];
const words = (page) => page.locator("main").innerText();
const heading = (page) => page.locator("h1").innerText();
const send = (page) => page.locator("form.answer button").click();

/** So many years ago to the day, less half a year: a child of that age this school year. */
const aged = (years) => {
  const day = new Date();
  day.setMonth(day.getMonth() - 12 * years - 6);
  return day.toISOString().slice(0, 10);
};

let born = 0;
/** A name that nobody has had: only letters tell names apart. */
const name = () => [...String(++born)].map((digit) => "abcdefghij"[digit]).join("") + " Prov";

/** A child of that adult, near the groups for children whose parent is unwell. */
async function apply(city, email, changes = {}) {
  const answer = await city.ask("/api/v1/referrals", {
    method: "POST", headers: { "content-type": "application/json" },
    body: JSON.stringify(referral(email, { child_name: name(),
      birth_date: aged(10), district: "sodermalm", situations: ["mental"], max_travel_min: 120,
      ...changes })),
  });
  const body = await answer.json();
  assert.equal(answer.status, 201, JSON.stringify(body));
  return body.code;
}

/** The link of each letter with an offer to that address, the oldest first. */
const links = (city, email, count) => until(`${count} letters to ${email}`, async () => {
  const found = (await city.letters()).filter((one) =>
    one.to.includes(email) && /\/svar\//.test(one.text));
  return found.length >= count && found.map((one) => city.linkOf(one));
});

async function open(city, page, link) {
  const answer = await page.goto(link);
  assert.equal(answer.status(), 200, link);
  strict(await answer.allHeaders());
  await look(page, answer, { looks: LOOKS });
}

async function offered(city, who, changes) {
  const email = `${who}@example.org`;
  const code = await apply(city, email, changes);
  return { email, code, link: (await links(city, email, 1))[0] };
}

const sql = (city, query) => execFileSync("psql", ["-h", path.join(city.var, "run"), "-d",
  "gruppstod", "-U", "gruppstod_admin", "-Atc", query], { encoding: "utf8" }).trim();

async function noAndAnother(city) {
  await test("journey: a parent says no to the time, sees what follows, and gets another", async () => {
    const { email, link, code } = await offered(city, "nej");
    const page = await city.visitor({ viewport: { width: 360, height: 740 } });
    await open(city, page, link);
    assert.ok(!(await page.locator("#ask_again").isVisible()), "nothing is asked before a no");
    await page.getByLabel("Nej", { exact: true }).check();
    await page.locator('[value="time"]').check();
    assert.ok(!(await page.locator("#ask_again").isVisible()), "the time has no day");
    await send(page);
    assert.match(await words(page), /Ni är kvar på väntelistan\. Vi letar efter en annan tid\./);
    const [, second] = await links(city, email, 2);
    await open(city, page, second);
    assert.equal(await heading(page), "Ett förslag till er");
    await page.getByLabel("Ja, vi vill träffas").check();
    await send(page);
    assert.match(await words(page), /Platsen är er/);
    await city.reaches(code, "accepted", "placed");
    await page.goto(link);
    assert.match(await words(page), /Vi letar efter en annan tid/, "the first answer stands");
    await page.context().close();
  });
  await test("journey: not now: the family chooses when to be asked again", async () => {
    const { link, code } = await offered(city, "senare");
    const page = await city.visitor();
    await page.goto(link);
    await page.getByLabel("Nej", { exact: true }).check();
    await page.locator('[value="child_not_now"]').check();
    await page.locator("#ask_again").selectOption({ index: 3 });
    await look(page, null, { looks: LOOKS });
    await send(page);
    assert.match(await words(page), /Det är okej\. Vi frågar igen från \S+ 1 \S+\./);
    await look(page, null, { looks: LOOKS });
    await city.reaches(code, "parked");
    await page.context().close();
  });
}

async function siblings(city) {
  await test("journey: two children of one parent, one yes for both", async () => {
    const email = "syskon@example.org";
    const codes = [await apply(city, email),
      await apply(city, email, { birth_date: aged(8) })];
    const found = await links(city, email, 2);
    const page = await city.visitor({ viewport: { width: 360, height: 740 } });
    await open(city, page, found[0]);
    const shown = await words(page);
    for (const code of codes) assert.ok(shown.includes(code), `${code} is on the page`);
    assert.match(shown, /Det finns förslag för 2 av era barn/);
    await page.getByLabel("Ja, vi vill träffas").check();
    await send(page);
    for (const code of codes) await city.reaches(code, "accepted", "placed");
    await page.goto(found[1]);
    assert.equal(await heading(page), "Tack, vi har ditt svar");
    await page.context().close();
  });
  await test("journey: a yes for one child, a no for the other, without script", async () => {
    const email = "olika@example.org";
    const codes = [await apply(city, email), await apply(city, email, { birth_date: aged(8) })];
    const [first] = await links(city, email, 2);
    const page = await city.visitor({ javaScriptEnabled: false });
    await page.goto(first);
    const own = await page.locator('[name="galler"]').nth(1).getAttribute("value");
    await page.locator(`[name="galler"][value="${own}"]`).check();
    await page.getByLabel("Ja, vi vill träffas").check();
    await send(page);
    await page.waitForURL(/sparat=ja/);
    const shown = await words(page);
    if (/Tack, vi har ditt svar/.test(shown))
      await page.getByRole("link", { name: "Svara för ett barn till" }).click();
    assert.equal(await heading(page), "Ett förslag till er");
    await page.getByLabel("Nej", { exact: true }).check();
    await page.locator('[value="unsaid_leave"]').check();
    await send(page);
    await until("one has a place, the other has left", async () => {
      const states = await Promise.all(codes.map(async (code) => (await city.stateOf(code)).state));
      return states.includes("withdrawn") && states.some((one) => /accepted|placed/.test(one));
    });
    await page.context().close();
  });
}

async function otherAnswers(city) {
  await test("journey: a parent asks to be called; the place is kept", async () => {
    const { link, code } = await offered(city, "ring");
    const page = await city.visitor();
    await page.goto(link);
    await page.getByLabel("Ring mig").check();
    await send(page);
    assert.match(await words(page), /Vi ringer er\. Vi håller platsen åt er under tiden\./);
    await city.reaches(code, "call_back");
    await page.context().close();
  });
  await test("journey: nothing chosen, a reload, the back button, two tabs: one answer stands", async () => {
    const { link } = await offered(city, "flikar");
    const page = await city.visitor(), other = await page.context().newPage();
    await page.goto(link);
    await send(page);
    assert.match(await page.title(), /^Fel: /);
    await hasFocus(page, "errors");
    await look(page, null, { looks: LOOKS });
    await page.getByRole("link", { name: /Välj ja, nej/ }).click();
    await hasFocus(page, "answer.yes");
    await page.goto(link);
    await page.reload();
    await other.goto(link);
    await page.getByLabel("Ja, vi vill träffas").check();
    await send(page);
    await page.reload();
    assert.match(await words(page), /Platsen är er/);
    await page.goBack();
    await other.getByLabel("Nej", { exact: true }).check();
    await send(other);
    assert.match(await words(other), /Vi hade redan ditt svar/);
    assert.match(await words(other), /Ja, vi vill träffas/);
    await page.context().close();
  });
  await test("journey: a link that is too old, cut or made up says a way on", async () => {
    const { link, code } = await offered(city, "gammal");
    sql(city, "update matching.offer o set expires_at = created_at + interval '1 second'," +
      " state = 'expired', ended_at = created_at + interval '1 second' from intake.referral r" +
      ` where r.code = '${code}' and o.referral_id = r.referral_id and o.state = 'pending'`);
    const page = await city.visitor();
    for (const where of [link, link.slice(0, -6), link.replace(/svar\/.*/, "svar/" + "x".repeat(22))]) {
      const answer = await page.goto(where);
      assert.equal(answer.status(), 404);
      assert.match(await words(page), /Ni är kvar hos oss\. Ring/);
      await look(page, answer, { looks: LOOKS });
    }
    await page.context().close();
  });
  await test("keyboard: an offer is read and declined with the keyboard alone", async () => {
    const { link } = await offered(city, "tangent");
    const page = await city.visitor();
    await page.goto(link);
    const to = async (what) => {
      for (let presses = 0; presses < 40; presses++) {
        await page.keyboard.press("Tab");
        if (await page.evaluate((wanted) => document.activeElement.matches(wanted), what)) return;
      }
      throw new Error(`no way to ${what} by Tab`);
    };
    await to('[name="answer"]');
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("ArrowDown");
    assert.ok(await page.locator('[name="answer"][value="no"]').isChecked());
    await to('[name="reason"]');
    await page.keyboard.press("Space");
    for (let down = 0; down < 4; down++) await page.keyboard.press("ArrowDown");
    assert.ok(await page.locator('[value="later"]').isChecked());
    await to("#ask_again");
    await page.keyboard.press("ArrowDown");
    await to("form.answer button");
    await page.keyboard.press("Enter");
    await page.waitForSelector(".good");
    assert.match(await words(page), /Vi frågar igen från/);
    await page.context().close();
  });
  await test("journey: an offer in Arabic, from right to left, and its yes", async () => {
    const { link } = await offered(city, "arabiska", { languages: ["sv", "ar"], language: "ar" });
    const page = await city.visitor();
    await open(city, page, link.replace(/\/\w\w\/svar/, "/ar/svar"));
    assert.equal(await page.getAttribute("html", "dir"), "rtl");
    await page.locator('[name="answer"][value="yes"]').check();
    await send(page);
    await page.waitForSelector(".good");
    await look(page, null, { looks: LOOKS });
    assert.equal(await page.getAttribute("html", "lang"), "ar");
    await page.context().close();
  });
}

async function days(city) {
  const { link, code } = await offered(city, "dagar");
  await city.ask(link, { method: "POST", body: new URLSearchParams({ answer: "yes" }) });
  await city.reaches(code, "accepted", "placed");
  for (const script of [true, false])
    await test(`journey: a child does not come, or does, ${script ? "with" : "without"} script`, async () => {
      const page = await city.visitor({ javaScriptEnabled: script,
        viewport: { width: 360, height: 740 } });
      await page.goto(link);
      await page.getByRole("link", { name: /Alla dagar/ }).click();
      assert.equal(await heading(page), "Träffarna");
      const next = page.locator(".next-day");
      await next.getByRole("button", { name: "Barnet kommer inte" }).click();
      await page.waitForURL(/#t/);
      assert.match(await next.innerText(), /Ni har sagt att barnet inte kommer/);
      await until("the leaders' list has it", () => Number(sql(city,
        "select count(*) from scheduling.absence where away")) === 1);
      await page.reload();
      await next.getByRole("button", { name: "Ångra" }).click();
      await until("it is taken back", () => Number(sql(city,
        "select count(*) from scheduling.absence where away")) === 0);
      assert.doesNotMatch(await next.innerText(), /inte kommer\n/);
      await page.context().close();
    });
  await test("journey: the days of the group, and a calendar for the telephone", async () => {
    const page = await city.visitor();
    await open(city, page, link.replace("/svar/", "/tider/"));
    assert.ok(await page.getByRole("button", { name: "Barnet kommer inte" }).count() >= 10);
    await page.getByRole("button", { name: "Gör en kalenderadress" }).click();
    const address = await page.locator("code").innerText();
    const calendar = await city.ask(new URL(address).pathname);
    assert.equal(calendar.status, 200);
    assert.match(await calendar.text(), /SUMMARY[^\r]*:Träff/);
    await page.context().close();
  });
}

await inCity({ demo: true }, async (city) => {
  await noAndAnother(city);
  await siblings(city);
  await otherAnswers(city);
  await days(city);
  await test("no page asked for anything from elsewhere", () =>
    assert.deepEqual([...city.requests], []));
});
