// Every kind of page, in both themes and at three widths: nothing that keeps people out, nothing that sticks out,
// nothing on the console. The pictures stay in tests/artefacts for people to look at.

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { startHazel } from './hazel.mjs';
import { checkAccess, checkWidth, keepPicture, openBrowser, openPerson, themes, widths } from './walk.mjs';
import * as steps from './steps.mjs';

let browser;
let hazel;
let product;
before(async () => {
  browser = await openBrowser();
  hazel = await startHazel();
  const ada = await openPerson(browser, hazel, { who: 'Ada' });
  await steps.setUp(ada, hazel);
  await steps.loadDemonstration(ada);
  await steps.addPerson(ada, steps.rita);
  product = await ada.page.goto('/').then(() => ada.page.getByRole('link', { name: 'Closed-loop insulin controller' }).first().getAttribute('href'));
  await ada.close();
});
after(async () => {
  await browser?.close();
  await hazel?.stop();
});

/** An address without the records in it, and only the names of its query. */
function kind(address) {
  const url = new URL(address, hazel.origin);
  const path = url.pathname.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '…').replace(/(R|SI)-\d+/g, '$1').replace(/\/$/, '');
  const query = [...new Set(url.searchParams.keys())].sort().join('-');
  return `${path}${query ? `?${query}` : ''}` || '/';
}

/** One address for every kind of page that links lead to. */
async function addresses(person) {
  const known = new Map();
  const waiting = [product, '/', '/products/new'];
  for (const start of waiting) known.set(kind(start), start);
  while (waiting.length > 0) {
    const address = waiting.shift();
    const links = await person.context.request.get(address).then((answer) => answer.text())
      .then((html) => [...html.matchAll(/href="(\/[^"#]*)/g)].map((found) => found[1].replaceAll('&amp;', '&')));
    for (const link of links) {
      if (link.startsWith('/pkg/') || /\.(csv|xlsx|jsonl|pdf|docx|json)(\?|$)/.test(link) || known.has(kind(link))) continue;
      // Filters come alone and together; together they show nothing that they do not show alone.
      if (kind(link).includes('-', kind(link).indexOf('?') + 1) && link.includes('?')) continue;
      known.set(kind(link), link);
      waiting.push(link);
    }
  }
  return known;
}

/** A name for files. */
const named = (what) => what.replace(/^\//, '').replaceAll('…', 'one').replaceAll(/[^\w-]+/g, '_') || 'portfolio';

async function look(person, what) {
  for (const theme of themes) {
    await person.page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    for (const width of widths) {
      await person.page.setViewportSize({ width, height: 900 });
      await checkWidth(person, `${what} at ${width} px`);
      await keepPicture(person, `${named(what)}-${width}-${theme}`);
      // The light theme on a desk, the dark one in the hand: both themes and both layouts.
      if (theme === (width === Math.max(...widths) ? 'light' : 'dark') && width !== 768) {
        await checkAccess(person, `${what}, ${theme} at ${width} px`);
      }
    }
  }
}

test('every page that links lead to is open to everybody, fits every width and is quiet', async (t) => {
  const ada = await openPerson(browser, hazel, { who: 'Ada' });
  await steps.signIn(ada, steps.ada);
  const all = await addresses(ada);
  assert.ok(all.size >= 20, `links lead to ${all.size} kinds of pages only: ${[...all.keys()].join(' ')}`);
  for (const [what, address] of all) {
    await t.test(what, async () => {
      const response = await ada.open(address);
      assert.equal(response.status(), 200);
      assert.equal(await ada.page.locator('h1').count(), 1, 'one heading of the first order');
      await look(ada, what);
      assert.deepEqual(ada.wrong, [], `${what} is quiet`);
      ada.wrong.length = 0;
    });
  }
  await ada.close();
});

test('pages for strangers are open to everybody, fit every width and are quiet', async (t) => {
  const stranger = await openPerson(browser, hazel, { who: 'a stranger' });
  stranger.allow('404');
  for (const [what, address, status] of [['sign-in', '/sign-in', 200], ['spent link', '/setup/nothing', 404], ['not found', '/no/such/page', 404]]) {
    await t.test(what, async () => {
      const response = await stranger.open(address);
      assert.equal(response.status(), status);
      await look(stranger, what);
    });
  }
  await stranger.close();
});

test('what was refused is told to everybody, too', async (t) => {
  const ada = await openPerson(browser, hazel, { who: 'Ada' });
  await steps.signIn(ada, steps.ada);
  await t.test('a form with faults', async () => {
    await ada.open('/products/new');
    // The browser's own checks are switched off, as an old browser would.
    await ada.page.locator('form#product').evaluate((form) => { form.noValidate = true; });
    await ada.press('Start the product');
    assert.ok((await ada.page.locator('[aria-invalid=true]').count()) >= 2);
    assert.equal(await ada.page.evaluate(() => document.activeElement?.getAttribute('role')), 'alert', 'the summary has the focus');
    await look(ada, 'form with faults');
  });
  await ada.close();
});
