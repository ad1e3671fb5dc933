// A feature from its first line to the decision: by keyboard, by plain forms, and how much work that is for somebody
// who has never seen it. What is asserted are steps and keystrokes, which are the same on every machine.
//
// The time is an estimate by the keystroke-level model (Card, Moran, Newell 1980): K 0.28 s a key for somebody who
// types without practice, M 1.35 s to make up one's mind, once a page and once a pick. The model leaves reading out,
// so every word of each question and of all its answers that can be seen (help is folded away) is added at 238 words a
// minute, the mean of silent reading in English (Brysbaert 2019). R, the answer of the server, is taken as 0.2 s a page.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startHazel } from './hazel.mjs';
import { checkAccess, openBrowser, openPerson } from './walk.mjs';
import * as steps from './steps.mjs';

const K = 0.28;
const M = 1.35;
const R = 0.2;
const wordsASecond = 238 / 60;

let browser;
let hazel;
before(async () => {
  browser = await openBrowser();
  hazel = await startHazel();
  const ada = await openPerson(browser, hazel, { who: 'Ada' });
  await steps.setUp(ada, hazel);
  await steps.loadDemonstration(ada);
  await ada.close();
});
after(async () => {
  await browser?.close();
  await hazel?.stop();
});

async function signedIn(options) {
  const ada = await openPerson(browser, hazel, { who: 'Ada', ...options });
  await steps.signIn(ada, steps.ada);
  return ada;
}

async function address(person, product) {
  await person.open('/');
  return person.page.getByRole('link', { name: product }).first().getAttribute('href');
}

/** A keyboard that counts. */
function counting(person) {
  const { page } = person;
  const counted = { keys: 0, picks: 0, pages: 0, words: 0 };
  return {
    counted,
    async press(key) { counted.keys += 1; await page.keyboard.press(key); },
    async type(text) { counted.keys += text.length; await page.keyboard.type(text); },
    /** Presses Enter and waits for the page that follows. */
    async enter() {
      counted.keys += 1;
      counted.pages += 1;
      await Promise.all([page.waitForEvent('framenavigated'), page.keyboard.press('Enter')]);
      await person.settled();
    },
    async tabTo(css) {
      for (let presses = 0; presses < 40; presses += 1) {
        await this.press('Tab');
        if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), css)) return;
      }
      throw new Error(`Tab does not lead to ${css}`);
    },
    /** Counts the words that can be seen; what is folded away is not read. */
    async reads(css) {
      counted.words += await page.locator(css).evaluate((element) => {
        const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
        let words = 0;
        while (texts.nextNode()) {
          if (texts.currentNode.parentElement.checkVisibility()) words += texts.currentNode.data.split(/\s+/).filter(Boolean).length;
        }
        return words;
      });
    },
  };
}

const seconds = ({ keys, picks, pages, words }) => keys * K + (picks + pages) * M + pages * R + words / wordsASecond;

/** What somebody types about a feature. */
const feature = { name: 'Larger letters on the list', what: 'Shows the entries of the list in larger letters when the phone asks for it.' };

/**
 * From the room of features to the hand-over, by keyboard alone. `picks` gives the number of the answer for a fact; a
 * fact that is not in it is taken as the product has it.
 */
async function triage(person, product, picks) {
  const { page } = person;
  const keyboard = counting(person);
  const { counted } = keyboard;
  await person.open(`${product}/features`);
  // The link that skips to the page, and the first thing on it.
  await keyboard.press('Tab');
  await keyboard.press('Enter');
  await keyboard.tabTo('main a[href$="/features/new"]');
  await keyboard.enter();
  // The first field has the focus.
  await keyboard.type(feature.name);
  await keyboard.press('Tab');
  await keyboard.type(feature.what);
  await keyboard.tabTo('form#feature button[type=submit]');
  await keyboard.reads('form#feature');
  await keyboard.enter();
  let questions = 0;
  while ((await page.locator('form#triage').count()) > 0) {
    const fact = await page.locator('form#triage input[name=question]').getAttribute('value');
    const filledIn = (await page.locator('#triage input[name=given]:checked').count()) === 1;
    // What the product has no answer to takes the lightest answer.
    const pick = picks[fact] ?? (filledIn ? undefined : 1);
    await keyboard.reads('.question-active');
    assert.ok(await page.evaluate(() => document.activeElement?.matches('#triage input[name=given]')), `the answers to ${fact} have the focus`);
    if (pick) {
      await keyboard.press(String(pick));
      assert.equal(await page.locator('#triage input[name=given]').nth(pick - 1).isChecked(), true);
    } else {
      assert.equal(await page.locator('#triage .answer:has(:checked) .badge').innerText(), 'from the product');
    }
    counted.picks += 1;
    await keyboard.enter();
    questions += 1;
  }
  assert.match(page.url(), /\/result$/);
  await keyboard.reads('.triage-level');
  await keyboard.press('Tab');
  await keyboard.press('Enter');
  await keyboard.tabTo('main a[href="#hand-over"]');
  await keyboard.press('Enter');
  await keyboard.tabTo('form#hand-over button[type=submit]');
  await keyboard.enter();
  await person.sees('Handed over to regulatory.');
  return { ...counted, questions };
}

const products = ['Clinic appointment reminder', 'Telemedicine triage', 'Closed-loop insulin controller', 'Surgical checklist', 'Step counter'];
const kinds = [
  { what: 'words and looks', picks: { purpose: 1, touches: 1 }, questions: 2 },
  { what: 'parts that are there', picks: { purpose: 1, touches: 2 }, questions: 9 },
  { what: 'a new part that can hurt more', picks: { purpose: 1, touches: 3, harm: 2 }, questions: 9 },
  { what: 'a new medical purpose', picks: { purpose: 3, touches: 3 }, questions: 9 },
];

test('a feature takes few steps and keystrokes, and by the keystroke-level model less than two minutes', async () => {
  const ada = await signedIn();
  const told = [];
  for (const product of products) {
    const place = await address(ada, product);
    for (const kind of kinds) {
      const counted = await triage(ada, place, kind.picks);
      const typed = feature.name.length + feature.what.length;
      const spent = seconds(counted);
      told.push({ product, kind: kind.what, ...counted, spent });
      assert.ok(counted.questions <= kind.questions, `${product}, ${kind.what}: ${counted.questions} questions`);
      assert.ok(counted.pages <= counted.questions + 3, `${product}, ${kind.what}: ${counted.pages} pages`);
      // Two keys a question at most, and a handful to get in, through the form and out.
      assert.ok(counted.keys - typed <= 2 * counted.questions + 30, `${product}, ${kind.what}: ${counted.keys - typed} keys beside the typing`);
    }
  }
  for (const one of told) {
    console.log(`${one.product}, ${one.kind}: ${one.questions} questions, ${one.pages} pages, ${one.keys} keys, ${one.words} words to read, about ${Math.round(one.spent)} s`);
  }
  const all = told.map((one) => one.spent).sort((one, other) => one - other);
  const median = all[Math.floor(all.length / 2)];
  console.log(`Median by the keystroke-level model, with reading: ${Math.round(median)} s; longest: ${Math.round(all.at(-1))} s`);
  assert.ok(median < 120, `the median is ${median} s`);
  await ada.close();
});

test('the result moves with the answer before anything is saved', async () => {
  const ada = await signedIn();
  const { page } = ada;
  const product = await address(ada, 'Surgical checklist');
  await ada.open(`${product}/features/new`);
  await ada.type('Name', 'Sign-in is skipped in a hurry');
  await ada.type('What it does', 'The team goes on without the second confirmation.');
  await ada.press('Start the triage');
  const level = page.locator('.verdict:visible .triage-level');
  await level.filter({ hasText: 'No new classification' }).waitFor();
  await page.keyboard.press('3');
  await level.filter({ hasText: 'A full assessment is needed' }).waitFor();
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowUp');
  await level.filter({ hasText: 'No new classification' }).waitFor();
  // Digits that are typed somewhere else stay what they are, and keys with Control belong to the browser.
  await page.keyboard.press('Control+2');
  assert.equal(await page.locator('#triage input[name=given]').first().isChecked(), true);
  await ada.press('Save and go on');
  await page.keyboard.press('2');
  await ada.press('Save and go on');
  // What the product drives is filled in.
  await ada.press('Save and go on');
  await page.locator('#triage input[value=serious]').check();
  await page.locator('.verdict:visible .is-moved', { hasText: 'IEC 62304 safety class' }).waitFor();
  await page.locator('.verdict:visible .preview-list', { hasText: 'D10' }).waitFor();
  await checkAccess(ada, 'a triage with a verdict that moves');
  await ada.close();
});

for (const script of [true, false]) {
  test(`a feature is handed over with one press and approved by somebody else, ${script ? 'with' : 'without'} script`, async () => {
    const ada = await signedIn({ script, width: script ? 1440 : 360 });
    const product = await address(ada, 'Surgical checklist');
    await ada.open(`${product}/features`);
    await ada.follow('New feature');
    await ada.type('Name', script ? 'Larger letters' : 'Smaller letters');
    await ada.type('What it does', 'Shows the items in other letters.');
    await ada.press('Start the triage');
    await ada.page.locator('#triage input[value=none]').check();
    await ada.press('Save and go on');
    // The result follows the answer that is picked, before anything is saved.
    await ada.page.locator('#triage input[value=control]').check();
    const level = ada.page.locator('.verdict:visible .triage-level');
    await level.filter({ hasText: 'Look at the hazards' }).waitFor();
    await ada.page.locator('#triage input[value=looks]').check();
    await level.filter({ hasText: 'No new classification' }).waitFor();
    await ada.press('Save and go on');
    await ada.sees('No new classification');
    await ada.press('Hand over to regulatory');
    const result = new URL(ada.page.url()).pathname;

    const name = script ? 'Rita Reiss' : 'Rina Reiss';
    const account = { name, email: `${name.split(' ')[0].toLowerCase()}@features.test` };
    const link = await steps.addPerson(ada, account);
    const rita = await openPerson(browser, hazel, { script, who: name, width: script ? 1440 : 360 });
    await steps.choosePassword(rita, link);
    await steps.giveRole(ada, product, account, 'reviewer');
    await rita.open(product);
    await rita.sees('Decide on');
    await rita.open(result);
    const form = rita.page.locator('form#approve');
    await rita.type('Your password', steps.password, form);
    await rita.press('Approve', { within: form });
    await rita.sees('It is the record of the change now.');
    await rita.close();
    await ada.close();
  });
}
