/* A citizen reports something: photo first, the place found, similar ones shown, sent also when the network returns. */

import { mayReadPosition } from "../lib/best-fix";
import { readConfig, type CityConfig } from "../lib/config";
import { announce, byId, h, icon } from "../lib/dom";
import { number } from "../lib/format";
import { keepThisPage } from "../lib/offline";
import * as queue from "../lib/report-queue";
import type { Draft } from "../lib/report-queue";
import { say } from "../lib/say";
import { categoryChoice, type Kind } from "../parts/category-choice";
import { keptRows } from "../parts/kept-reports";
import { nearPart } from "../parts/near-reports";
import { keptOutcome, laterOutcome, sentOutcome } from "../parts/report-outcome";
import { placePart } from "../parts/report-place";
import { reportMap } from "../parts/report-map";
import { note, sayFollowed, sayRestored, sayWrong, type Wrong } from "../parts/report-said";
import { toast } from "../parts/toast";
import { forgetPicture, photoOf, thumbs } from "../parts/report-photos";

type ReportConfig = CityConfig & {
  categories: Kind[];
  person: number | null;
  sign_in: string;
  most_photos: number;
  longest_text: number;
};

const AGAIN_MS = 20_000; // what waits is offered to the server this often
const SAVE_MS = 300;

const config = readConfig<ReportConfig>();
const form = byId<HTMLFormElement>("report");
const said = byId("said");
const description = byId<HTMLTextAreaElement>("description");
let draft = queue.newDraft(config.person);
let saving: Promise<void> = Promise.resolve();
let timer = 0;
let isBusy = false;
let told = ""; // the key of the one whose outcome stands on the page

const place = placePart(config, { draft: () => draft, update });
const near = nearPart({
  signIn: config.person === null ? () => void toSignIn() : null,
  followed: () => sayFollowed(discard),
});
const kinds = categoryChoice(byId("kind-part"), config.categories, (code) => update({ category: code }));

/* ---------- the draft: shown, kept ---------- */

function update(made: Partial<Draft>): void {
  if (isBusy) return; // it is on its way as it was
  draft = { ...draft, ...made };
  window.clearTimeout(timer);
  timer = window.setTimeout(() => void save(), SAVE_MS);
  refresh();
}

function save(): Promise<void> {
  window.clearTimeout(timer);
  const now = draft;
  saving = saving.then(async () => {
    try {
      if (queue.isEmpty(now)) await queue.forgetDraft(now.key);
      else {
        const kept = await queue.keepDraft(now);
        if (kept.key !== now.key && draft.key === now.key) draft = { ...draft, key: kept.key };
      }
      form.dataset.kept = queue.isEmpty(now) ? "" : now.key;
    } catch {
      byId("send-note").textContent = say(
        "لا يتسع الجهاز لحفظ المسودة. أرسلها قبل إغلاق الصفحة.",
        "The device has no room to keep the draft. Send it before you close the page.",
      );
    }
  });
  return saving;
}

function refresh(): void {
  byId("thumbs").replaceChildren(...thumbs(draft, removePhoto));
  byId("photos-part").toggleAttribute("data-some", draft.photos.length > 0);
  const left = config.longest_text - description.value.length;
  byId("description-count").textContent = say(`بقي ${number(left)} حرف`, `${number(left)} characters left`);
  place.refresh();
  void near.refresh(place.missing() === null ? place.chosen() : null, draft.category);
}

/* Show a draft in the form: an empty one, one that was kept, or one that came back refused. */
function open(found: Draft): void {
  draft = found;
  description.value = draft.description;
  kinds.set(draft.category);
  form.hidden = false;
  byId("outcome").hidden = true;
  byId("progress").replaceChildren();
  setBusy(false);
  refresh();
}

function begin(): void {
  said.replaceChildren();
  told = "";
  open(queue.newDraft(config.person));
  void mayReadPosition().then((may) => may && place.takePosition());
  void showKept();
}

/* After another one is done: from the top again. */
function beginAgain(): void {
  begin();
  window.scrollTo(0, 0);
  byId("photos-title").focus();
}

function discard(): void {
  const { key, photos } = draft;
  for (const photo of photos) forgetPicture(photo.id);
  window.clearTimeout(timer);
  saving = saving.then(() => queue.forgetDraft(key));
  beginAgain();
}

/* ---------- photos ---------- */

async function addPhotos(input: HTMLInputElement): Promise<void> {
  const files = [...(input.files ?? [])];
  input.value = "";
  const refused: string[] = [];
  for (const file of files) {
    if (draft.photos.length >= config.most_photos) {
      refused.push(
        say(
          `للملاحظة ${config.most_photos} صور على الأكثر.`,
          `A report has ${config.most_photos} photos at most.`,
        ),
      );
      break;
    }
    const photo = await photoOf(file);
    if (photo) update({ photos: [...draft.photos, photo], sure: false });
    else refused.push(say(`«${file.name}» ليس صورة.`, `“${file.name}” is no photo.`));
  }
  await save();
  if (refused.length) note("near", "triangle", h("p", { role: "alert" }, refused.join(" ")));
  else announce(say(`الصور: ${number(draft.photos.length)}`, `Photos: ${number(draft.photos.length)}`));
  if (!draft.fixes.length) place.takePosition();
}

function removePhoto(photo: queue.KeptPhoto): void {
  forgetPicture(photo.id);
  const badPhoto = draft.badPhoto === photo.id ? null : draft.badPhoto;
  update({ photos: draft.photos.filter((one) => one.id !== photo.id), badPhoto, sure: false });
  byId("gallery").focus();
}

/* ---------- sending ---------- */

function wrongParts(): Wrong[] {
  const wrong: Wrong[] = [];
  const atPlace = place.missing();
  if (atPlace) wrong.push(["place-title", atPlace]);
  if (!draft.category) wrong.push(["kind-search", say("اختر نوع الملاحظة", "Choose what it is about")]);
  return wrong;
}

function setBusy(now: boolean): void {
  isBusy = now;
  const button = byId<HTMLButtonElement>("send");
  button.disabled = now;
  button.lastElementChild!.textContent = now
    ? say("نرسل…", "Sending…")
    : config.person === null
      ? say("سجّل الدخول وأرسل", "Sign in and send")
      : say("أرسل الملاحظة", "Send the observation");
}

function sayProgress(now: Draft): void {
  const [sent, all] = [now.photos.filter((photo) => photo.sent).length, now.photos.length];
  const words =
    sent < all
      ? say(`الصورة ${number(sent + 1)} من ${number(all)}`, `Photo ${number(sent + 1)} of ${number(all)}`)
      : say("نرسل الملاحظة", "Sending the observation");
  const bar = h("i");
  bar.style.setProperty("inline-size", `${Math.round((100 * (sent + 0.5)) / (all + 1))}%`);
  byId("progress").replaceChildren(h("p", { class: "s" }, words), h("div", { class: "bar" }, bar));
  byId("thumbs").replaceChildren(...thumbs(now, removePhoto));
}

async function toSignIn(): Promise<void> {
  await save();
  location.assign(config.sign_in);
}

async function submit(): Promise<void> {
  if (isBusy) return;
  const wrong = wrongParts();
  if (wrong.length) return sayWrong(say("لم تُرسل بعد", "Not sent yet"), wrong);
  said.replaceChildren();
  setBusy(true);
  await save();
  if (config.person === null && navigator.onLine) return toSignIn();
  const waiting = await queue
    .letGo(draft, config.person)
    .catch((): Draft => ({ ...draft, stage: "waiting" }));
  await deliver(waiting);
}

async function deliver(waiting: Draft): Promise<void> {
  let last = waiting;
  sayProgress(waiting);
  const step = (now: Draft): void => {
    last = now;
    sayProgress(now);
  };
  const sending = { city: config.bounds, told: step };
  const outcome = config.person === null ? "kept" : await queue.sendNow(waiting, sending);
  if (outcome === "sent") told = last.key;
  if (outcome === "refused" || outcome === "sign_in") {
    const back = await queue.takeBack(last.key).catch((): Draft => ({ ...last, stage: "draft" }));
    open(back);
    if (outcome === "sign_in") return toSignIn();
    sayWrong(say("لم تُقبل الملاحظة", "The observation was not accepted"), [
      ["place-title", last.words ?? ""],
    ]);
  } else if (outcome === "sent" && last.made) show(sentOutcome(last.made, beginAgain));
  else if (outcome === "later") show(laterOutcome(last.words ?? "", beginAgain));
  else show(keptOutcome(config.person === null, beginAgain));
  await showKept();
}

function show(parts: HTMLElement[]): void {
  const box = byId("outcome");
  form.hidden = true;
  said.replaceChildren();
  box.replaceChildren(...parts);
  box.hidden = false;
  draft = queue.newDraft(config.person);
  box.focus();
  window.scrollTo(0, 0);
}

/* ---------- on this device ---------- */

async function showKept(): Promise<void> {
  const all = await queue.draftsHere(config.person).catch((): Draft[] => []);
  const listed = all.filter((one) => one.key !== draft.key && one.key !== told);
  byId("kept-part").hidden = listed.length === 0;
  const waiting = listed.filter((one) => one.stage !== "sent").length;
  byId("waiting").hidden = waiting === 0;
  byId("waiting").textContent = say(`على الجهاز: ${number(waiting)}`, `On this device: ${number(waiting)}`);
  byId("kept").replaceChildren(
    ...keptRows(listed, {
      person: config.person,
      kinds: config.categories,
      send: (one) => void sendKept(one),
      edit: (one) => void edit(one),
      remove: (one) => void queue.forgetDraft(one.key).then(showKept),
    }),
  );
}

async function sendKept(one: Draft): Promise<void> {
  if (config.person === null) return toSignIn();
  const waiting = await queue.letGo(one, config.person);
  await queue.sendNow(waiting, { city: config.bounds, told: () => void showKept() });
  await showKept();
}

async function edit(one: Draft): Promise<void> {
  await save();
  open(await queue.takeBack(one.key));
  if (one.words)
    sayWrong(say("لم تُقبل الملاحظة", "The observation was not accepted"), [["place-title", one.words]]);
  await showKept();
}

async function sendAll(): Promise<void> {
  const step = (now: Draft): void => {
    if (now.made)
      toast(say(`وصلت ملاحظتك ${now.made.number}`, `Your observation ${now.made.number} has arrived`));
    void showKept();
  };
  await queue.sendWaiting(config.person, { city: config.bounds, told: step });
  await showKept();
}

function showOnline(): void {
  const on = navigator.onLine;
  const box = byId("online");
  box.className = `st ${on ? "pass" : "near"}`;
  box.replaceChildren(
    icon(on ? "pass" : "triangle"),
    on ? say("متصل", "Online") : say("لا اتصال", "Offline"),
  );
}

async function start(): Promise<void> {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void submit();
  });
  for (const id of ["camera", "gallery"]) {
    const input = byId<HTMLInputElement>(id);
    input.addEventListener("change", () => void addPhotos(input));
  }
  description.addEventListener("input", () => update({ description: description.value }));
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden" && !isBusy) void save();
  });
  showOnline();
  for (const event of ["online", "offline"]) window.addEventListener(event, showOnline);
  window.addEventListener("online", () => void sendAll().then(() => place.refresh()));
  window.setInterval(() => void sendAll(), AGAIN_MS);

  const all = await queue.draftsHere(config.person).catch((): Draft[] => []);
  const found = all.find((one) => one.stage === "draft" && !queue.isEmpty(one));
  if (found) {
    open(found); // the fix of a draft is of its moment: the device is not asked again
    sayRestored(draft, config.person, discard);
    void showKept();
  } else begin();
  void sendAll();
  place.attach(
    await reportMap({
      config,
      container: byId("map"),
      begin: place.startPinning,
      dropped: place.pinHere,
      cancelled: place.cancelPin,
      moved: place.under,
    }),
  );
  await keepThisPage()
    .then(() => (document.documentElement.dataset.keptPage = "1"))
    .catch(() => undefined); // a browser without it has no page offline, all else works
}

void start();
