/** Payloads of emulated devices: `temperature={{random 18 25}}` is another number with each message. */
import { usageError } from '../errors.ts';

export interface Moment {
  readonly deviceId: string;
  /** Of its messages, from 1. */
  readonly counter: number;
  readonly now: Date;
  /** From 0 to below 1. */
  readonly random: () => number;
}

type Part = (moment: Moment) => string;

/** Makes the payload of a message. @throws CliError for what is no template */
export function payloadTemplate(text: string): (moment: Moment) => string {
  const parts = text.split(/(\{\{.*?\}\})/).map((piece): Part => {
    const [, call] = /^\{\{\s*(.*?)\s*\}\}$/.exec(piece) ?? [];
    return call === undefined ? () => piece : part(call.split(/\s+/));
  });
  return (moment) => parts.map((make) => make(moment)).join('');
}

function part([name, ...args]: readonly string[]): Part {
  if (name === 'random') return randomPart(args);
  if (name === 'pick' && args.length > 0)
    return ({ random }) => args[Math.floor(random() * args.length)] ?? '';
  if (args.length === 0) {
    if (name === 'counter') return ({ counter }) => String(counter);
    if (name === 'time') return ({ now }) => now.toISOString();
    if (name === 'device') return ({ deviceId }) => deviceId;
  }
  throw usageError(
    `{{${[name, ...args].join(' ')}}}: there are {{random 18 25}}, {{pick on off}}, {{counter}}, {{time}} and {{device}}`,
  );
}

/** From the first number to the second, with as many decimals as they are written with. */
function randomPart(args: readonly string[]): Part {
  const [from = Number.NaN, to = Number.NaN] = args.map(Number);
  if (args.length !== 2 || !(from <= to))
    throw usageError('{{random 18 25}} has two numbers, the smaller one first');
  const decimals = Math.max(...args.map((text) => text.split('.')[1]?.length ?? 0));
  const step = 10 ** -decimals;
  return ({ random }) =>
    Math.min(to, from + step * Math.floor(random() * ((to - from) / step + 1))).toFixed(decimals);
}
