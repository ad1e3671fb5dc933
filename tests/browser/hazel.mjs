// A packaged Hazel in a folder of its own, with its own private Postgres.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');

/** The program to test: HAZEL_BINARY, else the newest build in the target folder. */
export function binary() {
  const target = process.env.CARGO_TARGET_DIR ?? join(root, 'target');
  const places = [process.env.HAZEL_BINARY, join(target, 'release/hazel'), join(target, 'debug/hazel')];
  const found = places.find((place) => place && existsSync(place));
  if (!found) throw new Error('There is no program to test. Build it with ./dev build, or name it in HAZEL_BINARY.');
  return found;
}

async function freePort() {
  const probe = createServer();
  await new Promise((ready) => probe.listen(0, '127.0.0.1', ready));
  const { port } = probe.address();
  await new Promise((closed) => probe.close(closed));
  return port;
}

/** Starts a server and waits until it answers. */
export async function startHazel() {
  const folder = await mkdtemp(join(tmpdir(), 'hazel-browser-'));
  // The database's own account must be able to pass through.
  await chmod(folder, 0o711);
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const environment = { ...process.env, ...JSON.parse(process.env.HAZEL_TEST_ENVIRONMENT ?? '{}') };
  delete environment.DATABASE_URL;
  const child = spawn(binary(), ['serve', '--data-dir', join(folder, 'data'), '--listen', `127.0.0.1:${port}`], {
    cwd: folder,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  const listen = (stream) => stream.setEncoding('utf8').on('data', (text) => { said += text; });
  listen(child.stdout);
  listen(child.stderr);
  let ended = false;
  const end = new Promise((over) => child.on('exit', (status) => { ended = true; over(status); }));

  const stop = async () => {
    if (!ended) {
      child.kill('SIGTERM');
      const patience = setTimeout(() => child.kill('SIGKILL'), 30_000);
      await end;
      clearTimeout(patience);
    }
    await rm(folder, { recursive: true, force: true });
  };

  const until = Date.now() + 300_000;
  for (;;) {
    if (ended) { await stop(); throw new Error(`Hazel did not start. It said:\n${said}`); }
    if (Date.now() > until) { await stop(); throw new Error(`Hazel took too long to start. It said:\n${said}`); }
    const answer = await fetch(`${origin}/readyz`).catch(() => null);
    if (answer?.ok) break;
    await new Promise((later) => setTimeout(later, 100));
  }

  return {
    origin,
    folder,
    said: () => said,
    /** The one-time link that the terminal shows at the first start. */
    async setUpLink() {
      for (let tries = 0; tries < 100; tries += 1) {
        const link = said.match(/https?:\/\/\S*?(\/setup\/[\w-]+)/);
        if (link) return `${origin}${link[1]}`;
        await new Promise((later) => setTimeout(later, 50));
      }
      throw new Error(`The terminal shows no set-up link. It shows:\n${said}`);
    },
    stop,
  };
}
