// What people do in Hazel, told once: the tests put these steps together.

import assert from 'node:assert/strict';

export const password = 'seven lanterns under the bridge';
export const ada = { name: 'Ada Adler', email: 'ada@clinic.test' };
export const rita = { name: 'Rita Reiss', email: 'rita@clinic.test' };

/** The first start: the link of the terminal makes the administrator, who is signed in after it. */
export async function setUp(person, hazel) {
  await person.open(new URL(await hazel.setUpLink()).pathname);
  await person.type('Your name', ada.name);
  await person.type('E-mail address', ada.email);
  await person.type('New password', password);
  await person.type('The same again', password);
  await person.press('Make the account');
}

export async function signOut(person) {
  await person.open('/account');
  await person.press('Sign out', { within: person.page.getByRole('main') });
}

export async function signIn(person, account) {
  await person.open('/sign-in');
  await person.type('E-mail address', account.email);
  await person.type('Password', password);
  await person.press('Sign in');
}

export async function loadDemonstration(person) {
  await person.open('/');
  await person.press('Load the demonstration');
}

/** Gives the address of the new product. */
export async function startProduct(person, name) {
  await person.open('/');
  // Where there is no product yet, the page says it in other words.
  const another = await person.page.getByRole('link', { name: 'New product', exact: true }).count();
  await person.follow(another > 0 ? 'New product' : 'Start the first product');
  await person.type('Name', name);
  await person.type('Intended purpose', 'Shows a nurse on the ward which wound dressing is due, from the entries of the record.');
  await person.page.getByLabel('European Union').check();
  await person.press('Start the product');
  return new URL(person.page.url()).pathname;
}

/** The answers that lead to class B. */
export const answers = {
  is_software: 'yes',
  accessory_or_component: 'no',
  drives_influences_hw: 'no',
  action_beyond_storage: 'yes',
  individual_benefit: 'yes',
  medical_purpose: 'yes',
  ivd_scope: 'no',
  contributes_to_hazardous_situation: 'yes',
  external_control: 'health_care_procedure',
  risk_acceptable_after_external_controls: 'no',
  worst_harm: 'non_serious',
  info_for_dx_tx_decisions: 'yes',
  decision_impact: 'serious_surgical',
  active_therapeutic: 'no',
  controls_monitors_active_implant: 'no',
  imdrf_significance: 'drive',
  imdrf_situation: 'serious',
};

/** Answers every question that is asked, and hands over. */
export async function classify(person, product) {
  const { page } = person;
  await person.open(product);
  await person.enter('Classification');
  await person.press('Start the assessment');
  for (let asked = 0; asked < 30 && (await page.locator('form#answer').count()) > 0; asked += 1) {
    const key = await page.locator('form#answer input[name=question]').getAttribute('value');
    assert.ok(answers[key], `the test knows an answer to ${key}`);
    await page.locator(`form#answer input[name=given][value=${answers[key]}]`).check();
    await person.type('Why do you say so?', `Because of ${key.replaceAll('_', ' ')}, as the intended purpose says.`);
    await person.press('Save and go on');
  }
  // After the last answer the record stands there to be read.
  assert.match(page.url(), /\/review(\?|$)/);
  await person.type('A word to the reviewer', 'Please look at the procedure first.');
  await person.press('Hand over for review');
}

export async function addRow(person, product, row) {
  await person.open(`${product}/hazards/new`);
  await person.type('Hazard', row.hazard);
  await person.type('Harm', row.harm);
  await person.type('Foreseeable sequence of events', row.events);
  await person.type('Hazardous situation', row.situation);
  await person.page.getByLabel('Severity', { exact: false }).first().selectOption(String(row.severity));
  await person.type('P1', row.p1);
  await person.type('P2', row.p2);
  await person.page.getByLabel('Nothing outside the software lowers this risk').check();
  await person.press('Add the row');
}

export const rows = [
  { hazard: 'Dressing shown as done', events: 'The entry of another patient is read\nThe dressing is shown as done', situation: 'A wound stays undressed for a day', harm: 'Passing irritation of the skin', severity: 2, p1: '0.01', p2: '0.1' },
  { hazard: 'List not available', events: 'The network fails\nThe nurse goes on from memory', situation: 'Dressings are changed in another order', harm: 'Discomfort', severity: 1, p1: '0.001', p2: '0.01' },
];

export async function declareComplete(person, product) {
  await person.open(`${product}/hazards`);
  await person.page.locator('summary', { hasText: 'Declare the analysis complete' }).click();
  await person.type('Why it is complete', 'Gone through with two nurses, list of prompts worked off.');
  await person.press('Declare complete');
}

/** Adds a person and gives the path of the link to hand over. */
export async function addPerson(person, account) {
  await person.open('/people');
  const adding = person.page.locator('details', { has: person.page.locator('form#add-person') });
  if ((await adding.getAttribute('open')) === null) await adding.locator('summary').click();
  await person.type('Name', account.name, adding);
  await person.type('E-mail address', account.email, adding);
  await person.press('Add the person');
  const shown = await person.page.content();
  const link = shown.match(/\/setup\/[\w-]+/);
  assert.ok(link, 'the page shows the link to hand over');
  return link[0];
}

export async function choosePassword(person, link) {
  await person.open(link);
  await person.type('New password', password);
  await person.type('The same again', password);
  await person.press('Set the password');
}

export async function giveRole(person, product, account, role) {
  const { page } = person;
  await person.open(`${product}/members`);
  await page.locator('form#give-role select[name=person]').selectOption({ label: `${account.name}, ${account.email}` });
  await page.locator('form#give-role select[name=role]').selectOption(role);
  await person.press('Give the role');
}

export async function approve(person, product) {
  await person.open(`${product}/classification`);
  await person.follow('Read and decide');
  const form = person.page.locator('form#approve');
  await person.type('Comment', 'Agreed. The procedure is in use.', form);
  await person.type('Your password', password, form);
  await person.press('Approve', { within: form });
}

/** The trail of a product, oldest first: who, what, when. */
export async function trail(person, product) {
  await person.open(`${product}/trail`);
  const entries = await person.page.locator('table.trail-table tbody tr[id]').evaluateAll((found) => found.map((row) => ({
    who: row.querySelector('.who').textContent,
    deed: row.querySelector('.deed').textContent,
    what: row.querySelector('.what').textContent,
    at: row.querySelector('time').getAttribute('datetime'),
  })));
  return entries.reverse();
}
