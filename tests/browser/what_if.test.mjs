// What if: an answer and a row are tried, seen before anything is saved, saved or forgotten; with script and without.
// With script nothing is asked of the server meanwhile, and the time from the change to the drawn panel is told.

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
  const ada = await openPerson(browser, hazel, { who: 'Ada' });
  await steps.setUp(ada, hazel);
  await steps.loadDemonstration(ada);
  await ada.close();
});
after(async () => {
  await browser?.close();
  await hazel?.stop();
});

/** The lines of the panel's tables: name, now, then. */
const lines = (person) => person.page.locator('.trial-side .scheme-table tbody tr, .trial-side .preview-table tbody tr')
  .evaluateAll((rows) => [...new Set(rows.map((row) => row.innerText.replace(/\s+/g, ' ').trim()))]);

/** Changes fields; without script the button asks the server for the same panel. */
async function tryThese(person, fields) {
  const { page, script } = person;
  for (const [name, value] of Object.entries(fields)) {
    const field = page.locator(`#trial [name="${name}"]`);
    if ((await field.evaluate((element) => element.localName)) === 'select') await field.selectOption(value);
    else await field.fill(value);
  }
  if (!script) await person.press('Show what would change');
  await page.locator('.trial-side .preview').first().waitFor();
}

/** Milliseconds from each change of a list to the panel that shows it, worked out in the browser alone. */
function times(page, name) {
  return page.evaluate(async (field) => {
    const list = document.querySelector(`#trial [name="${field}"]`);
    const panel = document.querySelector('.trial-side .verdict');
    const values = [...list.options].map((option) => option.value).filter(Boolean);
    const taken = [];
    for (let round = 0; round < 24; round += 1) {
      const drawn = new Promise((done) => {
        const watch = new MutationObserver(() => { watch.disconnect(); done(); });
        watch.observe(panel, { childList: true, subtree: true, characterData: true });
      });
      list.value = values[round % values.length] === list.value ? values[(round + 1) % values.length] : values[round % values.length];
      const began = performance.now();
      list.dispatchEvent(new Event('input', { bubbles: true }));
      await drawn;
      taken.push(performance.now() - began);
    }
    taken.sort((one, other) => one - other);
    return { median: taken[12], worst: taken.at(-1) };
  }, name);
}

for (const script of [true, false]) {
  const how = script ? 'with' : 'without';

  test(`answers are tried, forgotten, tried again and saved as draft, ${how} script`, async (t) => {
    const ada = await openPerson(browser, hazel, { script, who: 'Ada' });
    await steps.signIn(ada, steps.ada);
    const product = await steps.startProduct(ada, `Tried ${how} script`);
    await ada.open(product);
    await ada.enter('Classification');
    await ada.press('Start the assessment');
    const assessment = new URL(ada.page.url()).pathname;
    const whatIf = `${assessment}/what-if`;
    await ada.open(whatIf);
    await ada.sees('Nothing is tried yet');

    const asked = [];
    ada.page.on('request', (request) => asked.push(request.url()));
    await tryThese(ada, steps.answers);
    if (script) assert.deepEqual(asked, [], 'the browser asks nobody');
    await ada.sees('If this is saved');
    await ada.sees('Class B');
    const shown = await lines(ada);
    assert.ok(shown.some((line) => line.startsWith('IEC 62304 safety class')), shown.join('\n'));
    if (script) {
      const { median, worst } = await times(ada.page, 'worst_harm');
      t.diagnostic(`from the change of an answer to the drawn panel: median ${median.toFixed(1)} ms, worst ${worst.toFixed(1)} ms`);
    }
    await ada.follow('Forget');
    await ada.sees('Nothing is tried yet');

    await tryThese(ada, steps.answers);
    const preview = await lines(ada);
    await ada.press('Save as draft');
    await ada.sees('Please fill this in');
    await ada.sees('If this is saved');
    await ada.type('Why?', 'As the intended purpose says.');
    await ada.press('Save as draft');
    await ada.sees('answers are saved in the draft');
    await ada.open(whatIf);
    await ada.sees('Nothing is tried yet');
    const saved = await lines(ada);
    const schemes = ['IEC 62304 safety class', 'EU MDR class', 'IMDRF category', 'EU qualification'];
    for (const scheme of schemes) {
      const end = (all) => all.find((line) => line.startsWith(scheme)).split(' ').slice(-1)[0];
      assert.equal(end(saved), end(preview), scheme);
    }
    await ada.close();
  });

  test(`a row is tried and saved, ${how} script`, async (t) => {
    const ada = await openPerson(browser, hazel, { script, who: 'Ada' });
    await steps.signIn(ada, steps.ada);
    await ada.open('/');
    await ada.follow('Surgical checklist');
    const product = new URL(ada.page.url()).pathname;
    await ada.open(`${product}/hazards/R-001`);
    await ada.follow('What if');
    await ada.sees('As it is saved');
    const asked = [];
    ada.page.on('request', (request) => asked.push(request.url()));
    await tryThese(ada, { external_severity: '5', external_p1: '0.5', external_p2: '0.5' });
    if (script) assert.deepEqual(asked, [], 'the browser asks nobody');
    const shown = await lines(ada);
    assert.ok(shown.some((line) => line.startsWith('The register implies') && line.includes('C')), shown.join('\n'));
    await ada.sees('S5 × P5');
    if (script) {
      const { median, worst } = await times(ada.page, 'external_severity');
      t.diagnostic(`from the change of a severity to the drawn panel: median ${median.toFixed(1)} ms, worst ${worst.toFixed(1)} ms`);
    }
    await ada.follow('Forget');
    await ada.sees('As it is saved');
    await tryThese(ada, { initial_p1: script ? '0.011' : '0.012' });
    await ada.press('Save');
    await ada.sees('R-001 is saved as it was tried.');
    await ada.close();
  });
}

test('the wizard tells what a picked answer changes, and what does not go together', async () => {
  const ada = await openPerson(browser, hazel, { who: 'Ada' });
  await steps.signIn(ada, steps.ada);
  await ada.open('/');
  await ada.follow('Telemedicine triage');
  await ada.enter('Classification');
  await ada.follow('Go on answering');
  const place = ada.page.url().split('?')[0];
  await ada.page.goto(`${place}?question=worst_harm#question-worst_harm`);
  await ada.settled();
  const picked = await ada.page.locator('form#answer input[name=given]:checked').getAttribute('value');
  const other = picked === 'serious' ? 'non_serious' : 'serious';
  await ada.page.locator(`form#answer input[name=given][value=${other}]`).check();
  await ada.page.locator('.verdict .preview', { hasText: 'If you save' }).waitFor();
  await ada.page.locator('#forget-draft').waitFor();
  await ada.press('Forget');
  await ada.sees('Forgotten. What is saved stands as it was.');
  assert.equal(await ada.page.locator('form#answer input[name=given]:checked').getAttribute('value'), picked);
  await ada.close();
});
