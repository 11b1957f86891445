"use strict";
// An operator's SMSC for the demo and the tests, on a protocol stack that is not the portal's own.
// It accepts one transceiver, assembles long messages, sends delivery receipts, keeps what people
// text until the portal has acknowledged it, and misbehaves as POST /mode tells it to.
//
//   node server.js --port 2775 --control 2776 [--host 127.0.0.1] [--journal FILE] [--password demo]
//
// Control (HTTP): GET /messages  GET /state  POST /mo {from, text, to, id, wait}
// POST /mode {throttle, queue_full, refuse, lose_ack: how many submits; hold_ack, delay_dlr: ms;
//             dlr_first, black_hole, down, honour_key: true or false; dlr_state: "UNDELIV"}
// POST /drop_link  POST /dlr {id, state, to}

const fs = require("node:fs");
const http = require("node:http");
const { parseArgs } = require("node:util");
const smpp = require("smpp");

const { values: options } = parseArgs({
  options: {
    host: { type: "string", default: "127.0.0.1" },
    port: { type: "string", default: "2775" },
    control: { type: "string", default: "2776" },
    journal: { type: "string", default: "" },
    password: { type: "string", default: "demo" },
  },
});
const KEY_TAG = 0x1500; // vendor's range: the portal's own key of a message, for dropping repeats
const KEPT = 20_000; // messages kept in memory
const WINDOW = 100; // deliver_sm without an answer
const OK = smpp.ESME_ROK;

const mode = {
  throttle: 0, queue_full: 0, refuse: 0, lose_ack: 0, hold_ack: 0, delay_dlr: 20,
  dlr_first: false, black_hole: false, down: false, honour_key: false, dlr_state: "DELIVRD",
};
const counted = { binds: 0, refused_binds: 0, submits: 0, repeats: 0, throttled: 0, refused: 0 };
const messages = [];
const accepted = new Map(); // key and part -> message id
const unfinished = new Map(); // sender, receiver, reference -> parts
const outgoing = []; // deliver_sm that nobody has acknowledged yet
let bound = null;
let lastId = Date.now() * 1000; // another run gives other ids

const newId = () => (lastId += 1).toString(16);

function take(name) {
  if (mode[name] <= 0) return false;
  mode[name] -= 1;
  return true;
}

function partOf(pdu) {
  const header = (pdu.short_message.udh || []).find((element) => element[0] === 0 || element[0] === 8);
  if (!header) return { reference: 0, total: 1, number: 1 };
  const at = header[0] === 0 ? 3 : 4; // 8-bit or 16-bit reference
  return { reference: header.readUIntBE(2, at - 2), total: header[at], number: header[at + 1] };
}

// Keep one accepted submit; a message of several parts becomes one line when it is whole.
function keep(pdu, part, id) {
  const group = [pdu.source_addr, pdu.destination_addr, part.reference, part.total].join(" ");
  const parts = unfinished.get(group) || new Map();
  parts.set(part.number, pdu.short_message.message);
  unfinished.set(group, parts);
  if (parts.size < part.total) return;
  unfinished.delete(group);
  const text = [...parts.keys()].sort((a, b) => a - b).map((n) => parts.get(n)).join("");
  const line = {
    from: pdu.source_addr, to: pdu.destination_addr, text, id, parts: part.total,
    key: pdu[KEY_TAG] ? pdu[KEY_TAG].toString("latin1") : "", at: new Date().toISOString(),
  };
  messages.push(line);
  if (messages.length > KEPT) messages.shift();
  if (options.journal) fs.appendFileSync(options.journal, `${JSON.stringify(line)}\n`);
}

function stamp(date) {
  return date.toISOString().replace(/[-:T]/g, "").slice(2, 12);
}

function receipt(id, state, sender, receiver) {
  const now = stamp(new Date());
  const states = { DELIVRD: 2, EXPIRED: 3, DELETED: 4, UNDELIV: 5, ACCEPTD: 6, UNKNOWN: 7, REJECTD: 8 };
  deliver({
    esm_class: 4, source_addr: receiver, destination_addr: sender, data_coding: 0,
    short_message:
      `id:${id} sub:001 dlvrd:${state === "DELIVRD" ? "001" : "000"} submit date:${now} ` +
      `done date:${now} stat:${state} err:${state === "DELIVRD" ? "000" : "021"} text:`,
    receipted_message_id: id, message_state: states[state] || 7,
  });
}

function submitted(session, pdu) {
  if (mode.black_hole) return;
  counted.submits += 1;
  const answer = (status, id) => {
    const send = () => session.send(pdu.response({ command_status: status, message_id: id }));
    if (mode.hold_ack) setTimeout(send, mode.hold_ack);
    else send();
  };
  if (take("throttle")) return void ((counted.throttled += 1), answer(smpp.ESME_RTHROTTLED));
  if (take("queue_full")) return void ((counted.throttled += 1), answer(smpp.ESME_RMSGQFUL));
  if (take("refuse")) return void ((counted.refused += 1), answer(smpp.ESME_RINVDSTADR));
  const part = partOf(pdu);
  const key = pdu[KEY_TAG] ? `${pdu[KEY_TAG].toString("latin1")} ${part.number}` : "";
  if (key && accepted.has(key)) {
    counted.repeats += 1;
    if (mode.honour_key) return void answer(OK, accepted.get(key));
  }
  const id = newId();
  if (key) accepted.set(key, id);
  keep(pdu, part, id);
  const tell = receipt.bind(null, id, mode.dlr_state, pdu.source_addr, pdu.destination_addr);
  const wants = pdu.registered_delivery & 1;
  if (wants && mode.dlr_first) tell();
  if (take("lose_ack")) session.destroy();
  else answer(OK, id);
  if (wants && !mode.dlr_first) setTimeout(tell, mode.hold_ack + mode.delay_dlr);
}

// Hand a deliver_sm over again and again until it is acknowledged, over any number of links.
function deliver(pdu, done = () => {}) {
  outgoing.push({ pdu, done, sent: false });
  pump();
}

function pump() {
  if (!bound || mode.black_hole) return;
  let unanswered = outgoing.filter((entry) => entry.sent).length;
  for (const entry of outgoing) {
    if (unanswered >= WINDOW) return;
    if (entry.sent) continue;
    entry.sent = true;
    unanswered += 1;
    bound.deliver_sm({ ...entry.pdu }, (response) => {
      if (response.command_status !== OK) {
        setTimeout(() => ((entry.sent = false), pump()), 500);
        return;
      }
      outgoing.splice(outgoing.indexOf(entry), 1);
      entry.done();
      pump();
    });
  }
}

function bind(session, pdu) {
  if (mode.black_hole) return;
  const refuse = (status) => {
    counted.refused_binds += 1;
    session.send(pdu.response({ command_status: status }), () => session.close());
  };
  if (pdu.password !== options.password) return void refuse(smpp.ESME_RINVPASWD);
  if (bound) return void refuse(smpp.ESME_RALYBND);
  bound = session;
  counted.binds += 1;
  session.send(pdu.response({ system_id: "simulator" }));
  pump();
}

function linked(session) {
  session.on("error", () => session.destroy());
  session.on("close", () => {
    if (bound !== session) return;
    bound = null;
    for (const entry of outgoing) entry.sent = false;
  });
  if (mode.down) return void session.destroy();
  session.on("bind_transceiver", (pdu) => bind(session, pdu));
  session.on("submit_sm", (pdu) => {
    if (bound !== session) session.send(pdu.response({ command_status: smpp.ESME_RINVBNDSTS }));
    else submitted(session, pdu);
  });
  session.on("enquire_link", (pdu) => mode.black_hole || session.send(pdu.response()));
  session.on("unbind", (pdu) => session.send(pdu.response(), () => session.close()));
}

const GSM = /^[@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&'()*+,\-./0-9:;<=>?¡A-ZÄÖÑÜ§¿a-zäöñüà^{}\\[~\]|€]*$/;

// What a person texts; a long one comes in parts, as from any telephone.
function texted({ from, text, to, id }, done) {
  const coding = GSM.test(text) ? 0 : 8;
  const [whole, cut] = coding ? [70, 67] : [160, 153];
  const size = text.length <= whole ? whole : cut;
  const parts = [];
  for (let at = 0; at < text.length || !parts.length; at += size) parts.push(text.slice(at, at + size));
  const reference = Math.floor(Math.random() * 256);
  let left = parts.length;
  parts.forEach((message, index) => {
    const udh = parts.length > 1 ? Buffer.from([5, 0, 3, reference, parts.length, index + 1]) : undefined;
    deliver(
      {
        source_addr: from, destination_addr: to || "90091", data_coding: coding,
        source_addr_ton: from.startsWith("+") ? 1 : 5, short_message: udh ? { udh, message } : message,
        receipted_message_id: `${id || newId()}${parts.length > 1 ? `-${index + 1}` : ""}`,
      },
      () => (left -= 1) || done(),
    );
  });
}

const state = () => ({ bound: Boolean(bound), waiting: outgoing.length, messages: messages.length, ...counted });

function dropLink() {
  if (bound) bound.destroy();
}

const routes = {
  "GET /messages": (_, reply) => reply(200, messages),
  "GET /state": (_, reply) => reply(200, state()),
  "POST /drop_link": (_, reply) => (dropLink(), reply(200, state())),
  "POST /dlr": ({ id, state: found, to }, reply) => (receipt(id, found || "DELIVRD", "90091", to), reply(200, {})),
  "POST /mode": (asked, reply) => {
    const unknown = Object.keys(asked).filter((name) => !(name in mode));
    if (unknown.length) return reply(400, { unknown });
    Object.assign(mode, asked);
    if (mode.down) dropLink();
    pump();
    return reply(200, mode);
  },
  "POST /mo": (asked, reply) => {
    if (typeof asked.from !== "string" || typeof asked.text !== "string") return reply(400, {});
    texted(asked, () => asked.wait && reply(200, state()));
    return asked.wait || reply(202, {});
  },
};

const control = http.createServer((request, response) => {
  const chunks = [];
  const reply = (status, body) => {
    response.writeHead(status, { "Content-Type": "application/json; charset=utf-8" });
    response.end(JSON.stringify(body));
  };
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    const route = routes[`${request.method} ${request.url}`];
    if (!route) return reply(404, {});
    try {
      return route(JSON.parse(Buffer.concat(chunks).toString("utf8") || "{}"), reply);
    } catch (problem) {
      return reply(400, { problem: String(problem) });
    }
  });
});

smpp.createServer(linked).listen(Number(options.port), options.host, () => {
  control.listen(Number(options.control), options.host, () => {
    console.log(`SMSC simulator: SMPP on ${options.host}:${options.port}, control on ${options.control}`);
  });
});
for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => process.exit(0));
