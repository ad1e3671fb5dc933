// A person at a browser: opens pages, and notices everything that must not happen.

import assert from 'node:assert/strict';
import { mkdirSync, existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { chromium } from 'playwright-core';

const axeSource = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const artefacts = resolve(import.meta.dirname, '../artefacts');

export const themes = ['light', 'dark'];
export const widths = [360, 768, 1440];

/** The installed Chromium. */
export async function openBrowser() {
  const places = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
  const executablePath = places.find((place) => place && existsSync(place));
  if (!executablePath) throw new Error('No Chromium was found. Install it, or name it in CHROMIUM.');
  return chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'],
  });
}

/**
 * A person with a browser window of their own. Everything that must not happen is written down as it happens, and
 * `close` fails when there was any of it.
 */
export async function openPerson(browser, hazel, { script = true, theme = 'light', width = 1440, who = 'someone' } = {}) {
  const context = await browser.newContext({
    baseURL: hazel.origin,
    javaScriptEnabled: script,
    colorScheme: theme,
    viewport: { width, height: 900 },
    timezoneId: 'Africa/Casablanca',
    reducedMotion: 'reduce',
  });
  // Long enough for a machine that compiles beside it; a sound one needs a hundredth of it.
  context.setDefaultTimeout(180_000);
  const wrong = [];
  const allowed = [];
  if (script) {
    await context.exposeFunction('reportPolicyViolation', (text) => wrong.push(`policy: ${text}`));
    await context.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) => {
        window.reportPolicyViolation(`${event.violatedDirective} ${event.blockedURI} on ${location.pathname}`);
      });
    });
  }
  const page = await context.newPage();
  page.on('console', (message) => {
    if (['error', 'warning', 'assert'].includes(message.type())) {
      wrong.push(`console on ${new URL(page.url()).pathname}: ${message.text()}`);
    }
  });
  page.on('pageerror', (error) => wrong.push(`error on ${page.url()}: ${error.message}`));
  page.on('requestfailed', (request) => {
    if (request.failure()?.errorText !== 'net::ERR_ABORTED') wrong.push(`request failed: ${request.url()} ${request.failure()?.errorText}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 500) wrong.push(`${response.status()} from ${response.url()}`);
  });

  return {
    page,
    context,
    script,
    who,
    hazel,
    wrong,
    /** The next complaint that holds `text` is wanted, because the test provokes it. */
    allow(text) { allowed.push(text); },
    async open(path) {
      const response = await page.goto(path);
      await this.settled();
      return response;
    },
    /** Waits until islands are alive. Without script there are none. */
    async settled() {
      await page.waitForLoadState('load');
      if (script && (await page.locator('script[type=module]').count()) > 0) {
        await page.waitForSelector('html[data-hydrated]', { state: 'attached' });
      }
    },
    /** Presses what carries that name and waits for the page that follows. */
    async press(name, { role = 'button', within = page } = {}) {
      const pressed = within.getByRole(role, { name, exact: true }).first();
      await pressed.waitFor({ timeout: 60_000 }).catch(async () => {
        const reading = (await page.locator('body').innerText()).replace(/\s+/g, ' ');
        throw new Error(`${who} finds no ${role} “${name}” on ${page.url()}, which reads: ${reading}`);
      });
      await Promise.all([page.waitForEvent('framenavigated'), pressed.click()]);
      await this.settled();
    },
    /** Follows the link with that name. */
    async follow(name, within = page.getByRole('main')) {
      await this.press(name, { role: 'link', within });
    },
    /** Goes to a room by the rail. */
    async enter(room) {
      await this.press(room, { role: 'link', within: page.locator('nav.rail') });
    },
    /** Types into the control with that label. */
    async type(label, text, within = page.getByRole('main')) {
      await within.getByLabel(label, { exact: false }).first().fill(text);
    },
    /** Ends the test unless the page says so somewhere a person can read it. */
    async sees(words) {
      const text = (await page.locator('body').innerText()).replace(/\s+/g, ' ');
      assert.ok(text.includes(words), `${who} should read “${words}” on ${page.url()}; it reads: ${text}`);
    },
    async close() {
      const unexpected = wrong.filter((text) => !allowed.some((wanted) => text.includes(wanted)));
      await context.close();
      assert.deepEqual(unexpected, [], `${who} met what must not happen`);
    },
  };
}

/** Looks at the page as it stands with axe; no violation is taken. */
export async function checkAccess(person, what) {
  const { page } = person;
  // The page's policy lets no foreign script in; axe comes through the debugger, which the policy does not bind.
  const source = await import('node:fs/promises').then((fs) => fs.readFile(axeSource, 'utf8'));
  await page.evaluate(source);
  const result = await page.evaluate(() => window.axe.run(document, {
    resultTypes: ['violations'],
    runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] },
  }));
  const found = result.violations.map((violation) => ({
    rule: violation.id,
    help: violation.help,
    places: violation.nodes.slice(0, 4).map((node) => `${node.target.join(' ')} ${node.any[0]?.message ?? ''}`),
  }));
  assert.deepEqual(found, [], `axe on ${what}`);
}

/** Nothing may stick out to the side at this width. */
export async function checkWidth(person, what) {
  const excess = await person.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(excess <= 0, `${what} sticks out ${excess} px to the side`);
}

/** Keeps a picture of the page among the artefacts. */
export async function keepPicture(person, name) {
  mkdirSync(artefacts, { recursive: true });
  await person.page.screenshot({ path: join(artefacts, `${name}.png`), fullPage: true });
}
