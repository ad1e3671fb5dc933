// By keyboard alone: the questionnaire with its live verdict, and editing in place in the register.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startHazel } from './hazel.mjs';
import { openBrowser, openPerson } from './walk.mjs';
import * as steps from './steps.mjs';

let browser;
let hazel;
before(async () => {
  browser = await openBrowser();
  hazel = await startHazel();
});
after(async () => {
  await browser?.close();
  await hazel?.stop();
});

/** Presses Tab until the focus is on what `css` names. */
async function tabTo(page, css) {
  for (let presses = 0; presses < 120; presses += 1) {
    await page.keyboard.press('Tab');
    const there = await page.evaluate((wanted) => document.activeElement?.matches(wanted), css);
    if (there) {
      const ring = await page.evaluate(() => {
        const style = getComputedStyle(document.activeElement);
        return style.outlineStyle !== 'none' || style.boxShadow !== 'none';
      });
      assert.ok(ring, `the focus on ${css} can be seen`);
      return;
    }
  }
  throw new Error(`Tab does not lead to ${css}`);
}

/** Presses Enter and waits for the page that follows. */
async function enter(person) {
  await Promise.all([person.page.waitForEvent('framenavigated'), person.page.keyboard.press('Enter')]);
  await person.settled();
}

test('the questionnaire is answered by keyboard, and the verdict follows before anything is saved', async () => {
  const ada = await openPerson(browser, hazel, { who: 'Ada' });
  const { page } = ada;
  await steps.setUp(ada, hazel);
  await steps.loadDemonstration(ada);
  const product = await steps.startProduct(ada, 'Dressing planner');
  await ada.open(`${product}/classification`);
  await tabTo(page, 'form[action="/api/classification/start"] button');
  await enter(ada);

  // The first answer, "no", makes it no device at all: the verdict says so at once.
  await tabTo(page, 'form#answer input[name=given]');
  const offered = await page.locator('form#answer input[name=given]').evaluateAll((found) => found.map((input) => input.value));
  for (let presses = offered.indexOf('no'); presses > 0; presses -= 1) await page.keyboard.press('ArrowDown');
  if (offered.indexOf('no') === 0) await page.keyboard.press('Space');
  await page.locator('.verdict-word', { hasText: 'Not a medical device' }).first().waitFor();
  await page.keyboard.press('ArrowUp');
  await page.locator('.verdict-word', { hasText: 'Still open' }).first().waitFor();

  // What is typed is kept without saving: leave, come back, find it.
  await tabTo(page, 'form#answer textarea[name=rationale]');
  // The pick alone was kept a moment ago, so the note says "kept" already: what counts is the answer to what was typed.
  const kept = page.waitForResponse((response) => response.request().postData()?.includes('what+is+due') || response.request().postData()?.includes('what%20is%20due'));
  await page.keyboard.type('It turns entries into a list of what is due.');
  assert.equal((await kept).ok(), true);
  await page.locator('#draft-kept', { hasText: /kept/i }).waitFor();
  await page.reload();
  await ada.settled();
  assert.equal(await page.locator('form#answer textarea[name=rationale]').inputValue(), 'It turns entries into a list of what is due.');
  await tabTo(page, 'form#answer textarea[name=rationale]');
  await tabTo(page, 'form#answer button[type=submit]');
  await enter(ada);
  assert.equal(await page.locator('form#answer input[name=question]').getAttribute('value'), 'accessory_or_component');
  await ada.close();
});

test('a cell of the register is edited in place by keyboard, saved, and left without saving', async () => {
  const ada = await openPerson(browser, hazel, { who: 'Ada' });
  const { page } = ada;
  await steps.signIn(ada, steps.ada);
  await ada.open('/');
  await ada.follow('Surgical checklist');
  await ada.enter('Hazards');
  await tabTo(page, '#register-rows [data-edit]');
  const focused = () => page.evaluate(() => {
    const cell = document.activeElement.closest('[data-edit]');
    return { field: cell?.dataset.edit, risk: cell?.closest('[data-risk]')?.dataset.risk, text: cell?.textContent };
  });
  assert.equal((await focused()).field, 'hazard');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  assert.equal((await focused()).field, 'situation');
  const before = (await focused()).text;

  await page.keyboard.press('Enter');
  await page.keyboard.type('never to be kept');
  await page.keyboard.press('Escape');
  assert.equal((await focused()).text, before, 'Escape leaves everything as it was');

  await page.keyboard.press('Enter');
  await page.keyboard.press('Control+A');
  await page.keyboard.type('Team prepares the healthy side');
  await page.keyboard.press('Enter');
  await page.locator('[data-edit=situation]', { hasText: 'Team prepares the healthy side' }).first().waitFor();
  const { risk } = await focused();
  await page.reload();
  await ada.settled();
  assert.match(await page.locator(`[data-risk="${risk}"] [data-edit=situation]`).innerText(), /Team prepares the healthy side/);
  await ada.close();
});
