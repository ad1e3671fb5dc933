// Brings the islands of a page to life. Every page works before this ran and without it.
//
// The three names below are replaced by those of the build. The words of the rules are a file of their own, which only
// pages with an island that is marked `data-words` load, beside the program. When all islands are alive, <html> carries
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

const words = document.querySelector("[data-words]")
  && fetch(new URL("./words.txt", import.meta.url)).then((answer) => answer.text());

await start({ module_or_path: module });
if (words) program.take_words(await words);
program.hydrate();
await wake(document.body, undefined);
document.documentElement.dataset.hydrated = "";
