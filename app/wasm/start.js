// Brings the islands of a page to life. Every page works before this ran and without it.
//
// The two names below are replaced by those of the build. When all islands are alive, <html> carries
// `data-hydrated`; tests wait for that mark.
import start, * as program from "./hazel.js";

const module = new URL("./hazel.wasm", import.meta.url);

// An island that was handed children must learn that they are in place before it starts.
// Leptos leaves that callback on the <leptos-children> element.
async function wake(element, waiting) {
  const tag = element.localName;
  if (tag === "leptos-island") {
    const island = program[element.dataset.component];
    if (island) {
      waiting?.();
      await island(element);
    } else {
      console.warn(`The island ${element.dataset.component} is not in this build: reload the page.`);
    }
  }
  const inner = tag === "leptos-children" ? element.$$on_hydrate : waiting;
  for (const child of Array.from(element.children)) {
    await wake(child, inner);
  }
}

await start({ module_or_path: module });
program.hydrate();
await wake(document.body, undefined);
document.documentElement.dataset.hydrated = "";
