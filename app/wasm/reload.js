
// Only in builds of `./dev watch`: reload once the server was away and is back.
let away = false;
setInterval(async () => {
  try {
    const answer = await fetch("/healthz", { cache: "no-store" });
    if (away && answer.ok) location.reload();
  } catch {
    away = true;
  }
}, 400);
