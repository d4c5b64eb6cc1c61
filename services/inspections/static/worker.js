// The service worker of the inspections pages: what was visited can be read without a connection (decision 0035).
//
// Kept: pages whose answer carries Bangvang-Offline (seconds that a copy may serve), in one cache per person
// (Bangvang-Person), network first; static files, whose addresses carry their content's hash.  Nothing else: no
// answer of the API, no page of anybody else.  A page made for another person removes all that was kept.
"use strict";
const PAGES = "bangvang-inspections-pages:";
const FILES = "bangvang-inspections-files";
const MOST_PAGES = 40;
const MOST_FILES = 60;
const KEPT_AT = "Bangvang-Kept-At";
const UNREACHABLE = `<!doctype html><html lang="vi"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Không có mạng · Bảng Vàng</title><main><h1>Không có mạng</h1>
<p>Trang này chưa được lưu trên máy, hoặc bản lưu đã quá hạn. Những gì đã nhập ở các trang khác vẫn còn trên máy và sẽ được gửi khi có mạng.</p>
<p lang="en">No connection, and this page is not kept on this device. What was entered on other pages is still here and will be sent once there is a connection.</p>
<p><a href="/inspections/">Bảng Vàng · Kiểm tra</a></p></main></html>`;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  const address = new URL(request.url);
  if (address.origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (address.pathname.startsWith("/inspections/static/") && address.searchParams.has("v")) event.respondWith(file(request));
});

// What a page was made of before there was a worker, and pages that belong to it: { keep: [address, …] }.
self.addEventListener("message", (event) => {
  const asked = event.data && Array.isArray(event.data.keep) ? event.data.keep : [];
  const own = asked.map((address) => new URL(address, self.location.href)).filter((address) => address.origin === self.location.origin);
  const done = Promise.allSettled(own.map((address) => (address.pathname.includes("/static/") ? file : page)(new Request(address))));
  event.waitUntil(done.then(() => event.source && event.source.postMessage({ kept: asked })));
});

async function page(request) {
  let answer;
  try {
    answer = await fetch(request);
  } catch {
    return (await keptPage(request.url)) || new Response(UNREACHABLE, { status: 503, headers: { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": "default-src 'none'" } });
  }
  try { await keep(request.url, answer.clone()); } catch { /* a full disk keeps nobody from reading */ }
  return answer;
}

async function keep(address, answer) {
  const person = answer.headers.get("Bangvang-Person");
  if (!person) return;
  const own = PAGES + person;
  for (const name of await caches.keys()) if (name.startsWith(PAGES) && name !== own) await caches.delete(name);
  const seconds = Number(answer.headers.get("Bangvang-Offline"));
  const cache = seconds ? await caches.open(own) : null;
  if (!cache || !answer.ok) return;
  const headers = new Headers(answer.headers);
  headers.set(KEPT_AT, String(Date.now()));
  for (const name of ["Content-Encoding", "Content-Length"]) headers.delete(name); // of what came over the wire
  await cache.put(address, new Response(await answer.blob(), { status: 200, headers }));
  await trim(cache, MOST_PAGES);
}

// The copy of exactly this page, marked as one: <meta name="bangvang-kept" content="milliseconds">.
async function keptPage(address) {
  for (const name of await caches.keys()) {
    if (!name.startsWith(PAGES)) continue;
    const cache = await caches.open(name);
    const found = await cache.match(address, { ignoreVary: true });
    if (!found) continue;
    const at = Number(found.headers.get(KEPT_AT));
    if (Date.now() - at > Number(found.headers.get("Bangvang-Offline")) * 1000) { await cache.delete(address); continue; }
    const text = (await found.text()).replace("<head>", `<head><meta name="bangvang-kept" content="${at}">`);
    return new Response(text, { status: 200, headers: found.headers });
  }
  return null;
}

async function file(request) {
  const cache = await caches.open(FILES);
  const found = await cache.match(request, { ignoreVary: true });
  if (found) return found;
  const answer = await fetch(request);
  if (answer.ok) {
    await cache.put(request, answer.clone());
    await trim(cache, MOST_FILES);
  }
  return answer;
}

// Entries stand in the order in which they were put; the oldest go first.
async function trim(cache, most) {
  const kept = await cache.keys();
  for (const request of kept.slice(0, Math.max(0, kept.length - most))) await cache.delete(request);
}
