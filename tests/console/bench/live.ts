/** A live view of more messages than anybody reads: whether the page answers, what it takes, and what it costs the MQTT server. */
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { findFreePort, withMemorySettings } from '@iotcore/process';
import { connectAsync, type MqttClient } from 'mqtt';
import type { Browser, Page } from 'playwright-core';
import type { Server } from '../../../bench/api/server.ts';
import { cpuMs, startListening } from '../../../bench/process.ts';
import { median, memoryOf, report, signIn, whenDrawn } from './tab.ts';

const password = 'Benchmark-2026';
const publishers = 20;
const perSecond = 1000;
/** Messages of one look at what the server spends, with a view and without. */
const burst = 200_000;
const rounds = 5;
const hiddenTabs = 8;

interface Client {
  readonly id: string;
  readonly client: MqttClient;
}

/** A registry that hears its devices, and these. */
interface Registry {
  readonly id: string;
  readonly clients: readonly Client[];
  stop(): void;
}

interface Fleet {
  readonly watched: Registry;
  /** Somebody else's. */
  readonly other: Registry;
  readonly mqttPid: number;
  stop(): Promise<void>;
}

export async function measureLive(
  browser: Browser,
  server: Server,
  folderId: string,
  minutes: number,
): Promise<void> {
  const fleet = await startFleet(server, folderId);
  try {
    if (minutes === 0) return await measureCost(server, fleet);
    const context = await signIn(browser, server);
    // Counts what the page is told of, beside what it does with it.
    await context.addInitScript(`(() => {
      const counts = (window.told = { messages: 0, dropped: 0 });
      const { addEventListener } = EventSource.prototype;
      EventSource.prototype.addEventListener = function (name, listener) {
        addEventListener.call(this, name, (event) => {
          if (name === 'message') counts.messages += 1;
          if (name === 'dropped') counts.dropped += JSON.parse(event.data).count;
          listener(event);
        });
      };
    })()`);
    const page = await context.newPage();
    const address = `${server.origin}/console/registries/${fleet.watched.id}?folder=${folderId}&tab=live`;
    await page.goto(address);
    await page.getByText('Listening').waitFor();
    await hold(page, fleet.watched, minutes);
    await page.close();
    await measureTabs(context, address);
    await measureCost(server, fleet);
    await context.close();
  } finally {
    await fleet.stop();
  }
}

async function startFleet(server: Server, folderId: string): Promise<Fleet> {
  const { pool, dataDir } = server;
  const caller = { post: (path: string, body: object) => server.caller.post(path, body) };
  const [mqttPort, adminPort] = [await findFreePort(), await findFreePort()];
  const program = new URL('../../../apps/mqtt/src/main.ts', import.meta.url).pathname;
  const mqtt = await startListening(
    process.execPath,
    [program],
    [mqttPort],
    withMemorySettings({
      ...process.env,
      DATABASE_URL: pool.options.connectionString,
      IOT_DATA_DIR: dataDir,
      IOT_MQTT_PORT: String(mqttPort),
      IOT_MQTTS_PORT: '',
      IOT_MQTT_ADMIN_PORT: String(adminPort),
      IOT_LOG_LEVEL: 'warn',
    }),
  );
  const connect = (username: string) =>
    connectAsync(`mqtt://127.0.0.1:${mqttPort}`, {
      ...{ username, password, clientId: username, reconnectPeriod: 0 },
    });
  const [watched, other] = [
    await makeRegistry(caller, folderId, 'watched', connect),
    await makeRegistry(caller, folderId, 'other', connect),
  ];
  return {
    ...{ watched, other, mqttPid: mqtt.pid },
    async stop() {
      watched.stop();
      other.stop();
      await mqtt.stop();
    },
  };
}

async function makeRegistry(
  { post }: { post(path: string, body: object): Promise<string> },
  folderId: string,
  name: string,
  connect: (username: string) => Promise<MqttClient>,
): Promise<Registry> {
  const created = async (path: string, body: object) =>
    JSON.parse(await post(path, body)).response.id as string;
  const id = await created('/iot-devices/v1/registries', { folderId, name, password });
  const clients: Client[] = [];
  for (let n = 0; n < publishers; n += 1) {
    const body = { registryId: id, name: `live-${n}`, password };
    const deviceId = await created('/iot-devices/v1/devices', body);
    clients.push({ id: deviceId, client: await connect(deviceId) });
  }
  const backend = await connect(id);
  for (const one of clients) await backend.subscribeAsync(`$devices/${one.id}/events/#`);
  return {
    ...{ id, clients },
    stop() {
      for (const { client } of [...clients, { client: backend }]) client.end(true);
    },
  };
}

/** Messages at a rate for so long, while somebody types now and then. */
async function hold(page: Page, registry: Registry, minutes: number): Promise<void> {
  await page.evaluate(`(() => {
    window.slowest = 0;
    new PerformanceObserver((list) => {
      for (const { name, duration } of list.getEntries())
        if (name === 'keydown' || name === 'input' || name === 'keyup') window.slowest = Math.max(window.slowest, duration);
    }).observe({ type: 'event', durationThreshold: 16, buffered: true });
  })()`);
  const field = page.getByLabel('Contains');
  const began = performance.now();
  const seconds = () => (performance.now() - began) / 1000;
  let sent = 0;
  let typed = 0;
  let most = 0;
  await field.focus();
  while (seconds() < minutes * 60) {
    for (; sent < seconds() * perSecond; sent += 1) publish(registry, sent);
    // All rows hold an 'e': each key looks through every one.
    if (typed < seconds()) await page.keyboard.press(typed++ % 2 === 0 ? 'e' : 'Backspace');
    if (typed % 10 === 0) most = Math.max(most, await memoryOf(page));
    await pause(10);
  }
  await Promise.all(
    registry.clients.map(({ id, client }) =>
      client.publishAsync(`$devices/${id}/events/end`, 'end', { qos: 1 }),
    ),
  );
  sent += registry.clients.length;
  // What waits in the view goes on its way, and what was dropped last is told of with what comes next.
  let told = { messages: 0, dropped: 0 };
  for (let n = 0; n < 100 && told.messages + told.dropped < sent; n += 1) {
    await pause(100);
    told = await page.evaluate<typeof told>('window.told');
  }
  const rate = sent / seconds();
  process.stdout.write(`| messages, a second | ${rate.toFixed(0)} | ${perSecond} | |\n`);
  process.stdout.write(
    `| of ${sent}: shown, dropped and said so | ${told.messages}, ${told.dropped} | | |\n`,
  );
  report('neither shown nor said to be dropped', sent - told.messages - told.dropped, 0, '');
  report(
    `${typed} keys, until the page has answered, the slowest`,
    await page.evaluate<number>('window.slowest'),
    100,
    'ms',
  );
  report(
    `memory of the tab, at most, in ${minutes} minutes`,
    Math.max(most, await memoryOf(page)),
    250,
    'MiB',
  );
}

function publish({ clients }: Registry, n: number): void {
  const one = clients[n % clients.length];
  one?.client.publish(`$devices/${one.id}/events/temperature`, `{"celsius":21.5,"number":${n}}`);
}

type Context = Awaited<ReturnType<typeof signIn>>;

/** A browser has six connections to an origin: tabs that are hidden must leave them to the one that is seen. */
async function measureTabs(context: Context, address: string): Promise<void> {
  for (let n = 0; n < hiddenTabs; n += 1) {
    const tab = await context.newPage();
    await tab.goto(address);
    await tab.getByText('Listening').waitFor();
    // A browser without a screen shows all of its tabs: this is what it says of one that is behind another.
    await tab.evaluate(`(() => {
      Object.defineProperty(document, 'hidden', { value: true });
      document.dispatchEvent(new Event('visibilitychange'));
    })()`);
    await tab.getByText('Closed while hidden').waitFor();
  }
  const ninth = await context.newPage();
  await ninth.goto(address, { waitUntil: 'commit' });
  const ms = await ninth.evaluate<number>(whenDrawn(`document.body.textContent.includes('Listening')`));
  report(`tab ${hiddenTabs + 1}, until it listens`, ms, 2000, 'ms');
  for (const page of context.pages()) await page.close();
}

/**
 * What the messages of somebody else cost the server, while those at a rate are looked at and while they are not, in turns. They are
 * looked at by the API alone: what a browser does on the same cores is no cost of the server.
 */
async function measureCost({ origin, token }: Server, { watched, other, mqttPid }: Fleet): Promise<void> {
  const began = performance.now();
  let sent = 0;
  const steadily = setInterval(() => {
    for (; sent < ((performance.now() - began) / 1000) * perSecond; sent += 1) publish(watched, sent);
  }, 10);
  const found = { with: [] as Flood[], without: [] as Flood[] };
  try {
    await flood(other, mqttPid);
    for (let round = 0; round < rounds; round += 1) {
      found.without.push(await flood(other, mqttPid));
      const ending = new AbortController();
      const view = await fetch(`${origin}/ext/v1/registries/${watched.id}/messages:watch`, {
        headers: { authorization: `Bearer ${token}` },
        signal: ending.signal,
      });
      const reading = view.body?.pipeTo(new WritableStream()).catch(() => undefined);
      found.with.push(await flood(other, mqttPid));
      ending.abort();
      await reading;
    }
  } finally {
    clearInterval(steadily);
  }
  const of = (which: 'with' | 'without', what: keyof Flood) => median(found[which].map((one) => one[what]));
  const cpu = `${of('without', 'cpu')}, ${of('with', 'cpu')} ms`;
  const rates = `${of('without', 'perSecond').toFixed(0)}, ${of('with', 'perSecond').toFixed(0)}`;
  const line = (what: string, value: string) => process.stdout.write(`| ${what} | ${value} | | |\n`);
  line(
    `CPU of the MQTT server for ${burst} messages of others, without a view and with one, median of ${rounds}`,
    cpu,
  );
  line('of these a second', rates);
  const lost = 100 * (1 - of('with', 'perSecond') / of('without', 'perSecond'));
  report('throughput that a view takes from others', Math.max(0, lost), 2, '%');
}

interface Flood {
  readonly cpu: number;
  readonly perSecond: number;
}

/** So many messages as fast as their sockets take them. */
async function flood({ clients }: Registry, pid: number): Promise<Flood> {
  const before = cpuMs(pid);
  const began = performance.now();
  await Promise.all(
    clients.map(async ({ id, client }) => {
      for (let n = 0; n < burst / publishers; n += 1) {
        if (client.stream.writableNeedDrain) await once(client.stream, 'drain');
        client.publish(`$devices/${id}/events/temperature`, '{"celsius":21.5}');
      }
      await client.publishAsync(`$devices/${id}/events/end`, '', { qos: 1 });
    }),
  );
  return { cpu: cpuMs(pid) - before, perSecond: (burst / (performance.now() - began)) * 1000 };
}
