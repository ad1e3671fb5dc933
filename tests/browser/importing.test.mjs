// The register as a file: one from elsewhere comes in, goes out, is changed and comes back, with script and without.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startHazel } from './hazel.mjs';
import { checkAccess, checkWidth, keepPicture, openBrowser, openPerson, themes, widths } from './walk.mjs';
import * as steps from './steps.mjs';

let browser;
before(async () => { browser = await openBrowser(); });
after(() => browser?.close());

const old = [
  'Risk file of the dressing planner;;;;;;;',
  'No.;Hazard;Cause;Hazardous situation;Harm;Severity;Occurrence;Mitigation',
  '1;Wrong dressing;Record is stale;Nurse changes the wrong one;Infection of the wound;Major;Often;"Check of age',
  'Banner"',
  '2;No dressing;List is cut off;Nurse believes that nothing is due;;Minor;0,01;Check of age',
].join('\r\n');

async function send(person, product, name, text) {
  await person.open(`${product}/hazards/import`);
  await person.page.getByLabel('File', { exact: true }).setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(text) });
  await person.press('Look at what it would change');
}

/** The register as it goes out. */
async function takenOut(person, product) {
  const answer = await person.page.request.get(`${product}/hazards.csv`);
  assert.equal(answer.status(), 200);
  return answer.text();
}

for (const script of [true, false]) {
  test(`a register from elsewhere comes in, goes out and comes back ${script ? 'with' : 'without'} script`, async (t) => {
    const hazel = await startHazel();
    t.after(() => hazel.stop());
    const ada = await openPerson(browser, hazel, { script, who: 'Ada' });
    await steps.setUp(ada, hazel);
    const product = await steps.startProduct(ada, 'Dressing planner');
    await ada.enter('Hazards');
    await ada.follow('Import');
    await send(ada, product, 'old register.csv', old);
    await ada.sees('How the file is read');
    await ada.page.getByLabel('“Major”').selectOption('4');
    await ada.type('“Often”', '0.01');
    await ada.page.locator('[name=fill_harm]').fill('Not said in the old register');
    await ada.press('Look at what it would change');
    await ada.sees('This would add 2 rows');
    await ada.type('Why', 'The register of the old system.');
    await ada.press('Import 2 rows');
    await ada.sees('Rows added');
    await ada.follow('See the change on the trail');
    await ada.sees('The register of the old system.');

    const out = await takenOut(ada, product);
    await send(ada, product, 'register.csv', out);
    await ada.sees('The file changes nothing');
    // While the file is away, somebody else words a harm anew; the file does the same, and changes another cell.
    const away = out.replace('Infection of the wound', 'Sepsis').replace('Nurse believes', 'A nurse believes');
    await ada.open(`${product}/hazards?edit=R-001`);
    await ada.page.locator('tr.row-edit [name=harm]').fill('Deep infection');
    await ada.press('Save the row');
    await send(ada, product, 'register.csv', away);
    await ada.sees('1 cell was changed in the file and in the register.');
    await ada.page.getByLabel(/^Take the file’s/).first().check();
    await ada.press('Keep these choices');
    await ada.sees('This would change 2 cells in 2 rows');
    await ada.type('Why', 'Agreed with the clinic.');
    await ada.press('Import 2 rows');
    await ada.open(`${product}/hazards`);
    await ada.sees('Sepsis');
    await ada.sees('A nurse believes');
    await ada.close();
  });
}

test('every page of an import reads well at every width, in light and dark', async (t) => {
  const hazel = await startHazel();
  t.after(() => hazel.stop());
  const ada = await openPerson(browser, hazel, { who: 'Ada' });
  await steps.setUp(ada, hazel);
  const product = await steps.startProduct(ada, 'Dressing planner');
  await send(ada, product, 'old register.csv', old);
  const look = async (name) => {
    for (const theme of themes) {
      await ada.page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
      for (const width of widths) {
        await ada.page.setViewportSize({ width, height: 900 });
        await checkWidth(ada, `${name} at ${width}`);
        await keepPicture(ada, `${name}-${theme}-${width}`);
      }
      await checkAccess(ada, `${name}, ${theme}`);
    }
  };
  const columns = new URL(ada.page.url()).pathname;
  await look('import-columns');
  await ada.open(`${product}/hazards/import`);
  await look('import');
  await ada.open(columns);
  await ada.page.getByLabel('“Major”').selectOption('4');
  await ada.type('“Often”', '0.01');
  await ada.page.locator('[name=fill_harm]').fill('Not said in the old register');
  await ada.press('Look at what it would change');
  await look('import-new');
  await ada.type('Why', 'The register of the old system.');
  await ada.press('Import 2 rows');
  await look('import-done');
  const out = await takenOut(ada, product);
  await ada.open(`${product}/hazards?edit=R-001`);
  await ada.page.locator('tr.row-edit [name=harm]').fill('Deep infection');
  await ada.press('Save the row');
  await send(ada, product, 'register.csv', out.replace('Infection of the wound', 'Sepsis').replace('Nurse believes', 'A nurse believes'));
  await look('import-both');
  await ada.open(`${new URL(ada.page.url()).pathname}?show=changed`);
  await look('import-changed');
  await send(ada, product, 'register.csv', out.replace('Infection of the wound', '').replace('4 critical', 'gruesome'));
  await look('import-refused');
  await ada.close();
});
