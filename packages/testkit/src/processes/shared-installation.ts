import { Cleanups } from '@iotcore/process';
import { afterAll, afterEach, beforeAll, beforeEach, inject } from 'vitest';
import { beginChecks } from '../bystanders/checks.ts';
import { keepCertificates } from '../certificates/run-certificates.ts';
import { noteLogs } from '../run/failure-logs.ts';
import { slowness } from '../run/slowness.ts';
import { atWorkerEnd } from '../run/worker-end.ts';
import { buildInstallation, type InstallationOptions, programsOf } from './build-installation.ts';
import type { Installation } from './installation.ts';

export interface SharedInstallationOptions extends InstallationOptions {
  /** Why other files must not use it, too. Default: those do that ask for no settings of their own. */
  readonly alone?: string;
  /** The files of a worker that give the same name share one, and ask for it with the same options. */
  readonly sharedAs?: string;
  /** Why nobody else can be connected meanwhile. Default: bystanders are, and must be served after each test. */
  readonly withoutBystanders?: string;
}

/** One that runs, and how to end it. */
interface Running {
  readonly installation: Installation;
  end(): Promise<void>;
}

/** Whose pages may connect over WebSocket to an installation that files share. */
export const webSocketOrigin = 'https://pages.example';

const endPatienceMs = 120_000 * slowness();
const commonOptions: SharedInstallationOptions = {
  env: {
    // What is left in a small heap is tidied soon, or bursts it.
    NODE_OPTIONS: '--max-old-space-size=192',
    // All files call from one address, most as one caller, and many with bad credentials: what is let in a minute is let in so long.
    IOT_INTERNAL_API_RATE_WINDOW_MS: '100',
    // No line of the log is written twice.
    IOT_INTERNAL_MQTT_REPEATED_LINE_MS: '3600000',
    ...{ IOT_WS_PORT: '0', IOT_WSS_PORT: '0', IOT_WS_ALLOWED_ORIGINS: webSocketOrigin },
  },
};

/** Those that files of this worker share, by name: of those which ask for nothing special, and of each `sharedAs`. */
const shared = new Map<string, { readonly asked: string; readonly running: Promise<Running> }>();

/**
 * Declares an installation for all tests of the file or `describe` it is called in; the returned function gives it inside
 * them. With no options, or with a name (`sharedAs`), other files use it too, before and after: tests keep apart by using
 * registries and folders of their own. Whatever they do to it, bystanders must be served after each of them, and in the end its processes must hold
 * what they held before, and have logged no error.
 */
export function sharedInstallation(options: SharedInstallationOptions = {}): () => Installation {
  const isCommon = Object.keys(options).length === 0;
  const name = isCommon ? 'of all' : options.sharedAs;
  let running: Running | undefined;
  let endChecks: (() => Promise<void>) | undefined;
  let isSound = false;
  beforeAll(async () => {
    running = await (name === undefined
      ? open(options)
      : openShared(name, isCommon ? commonOptions : options));
    endChecks = await beginChecks(running.installation);
    isSound = true;
  });
  beforeEach(({ task, onTestFailed }) => {
    const since = running?.installation.logPosition();
    onTestFailed(() => noteLogs(task, running?.installation.logs(since)));
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail' || !hasBystanders(options)) return;
    isSound = false;
    await running?.installation.bystanders.isServed();
    isSound = true;
  });
  afterAll(async () => {
    const isKept = name !== undefined && isSound;
    try {
      await endChecks?.();
    } catch (error) {
      if (isKept) await running?.end().catch(() => {});
      throw error;
    } finally {
      if (!isKept) await running?.end();
    }
  }, endPatienceMs);
  return () => {
    if (!running) throw new Error('the installation is there within tests only');
    return running.installation;
  };
}

/** What is wrong with it must not become the failure of others: one that has ended is replaced. */
function openShared(name: string, options: SharedInstallationOptions): Promise<Running> {
  const asked = JSON.stringify(options);
  const there = shared.get(name);
  if (there && there.asked !== asked)
    throw new Error(`'${name}' is shared with other options: ${there.asked}, and not ${asked}`);
  if (there) return there.running;
  const running = open(options).then(
    ({ installation, end }) => {
      const endShared = () => {
        shared.delete(name);
        return end();
      };
      atWorkerEnd(endShared);
      return { installation, end: endShared };
    },
    (error: unknown) => {
      shared.delete(name);
      throw error;
    },
  );
  shared.set(name, { asked, running });
  return running;
}

async function open(options: SharedInstallationOptions): Promise<Running> {
  const cleanups = new Cleanups();
  const end = () => cleanups.runBackwards();
  try {
    const installation = await buildInstallation(options, cleanups);
    await installation.ready();
    if (hasBystanders(options)) {
      await installation.startBystanders();
      cleanups.add(async () => installation.bystanders.close());
    }
    await keepCertificates(inject('testRunFolder'), installation.dataDir);
    return { installation, end };
  } catch (error) {
    await end().catch(() => {});
    throw error;
  }
}

function hasBystanders(options: SharedInstallationOptions): boolean {
  const programs = programsOf(options);
  const hasApi = options.beside !== undefined || programs.includes('api');
  const isWhole = programs.includes('supervisor') || (hasApi && programs.includes('mqtt'));
  return isWhole && options.withoutBystanders === undefined;
}
