/** The server's side of SCRAM (RFC 5802), for one log-in. */
import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto';

const iterations = 4096;

export class ScramServer {
  readonly #algorithm: string;
  readonly #passwordOf: (username: string) => string | undefined;
  readonly #salt = randomBytes(16);
  /** Debian's library of Kafka puts its own nonce before ours once more; Kafka before 3.7.2 did not mind. */
  isExact = true;
  #username = '';
  #clientFirst = '';
  #serverFirst = '';

  constructor(algorithm: 'sha256' | 'sha512', passwordOf: (username: string) => string | undefined) {
    this.#algorithm = algorithm;
    this.#passwordOf = passwordOf;
  }

  get username(): string {
    return this.#username;
  }

  /** The answer to what the client says first. */
  first(message: string): string {
    // After the header that says that nothing binds it to the channel.
    this.#clientFirst = message.replace(/^n,[^,]*,/, '');
    this.#username = attribute(this.#clientFirst, 'n').replaceAll('=2C', ',').replaceAll('=3D', '=');
    const nonce = attribute(this.#clientFirst, 'r') + randomBytes(18).toString('base64');
    this.#serverFirst = `r=${nonce},s=${this.#salt.toString('base64')},i=${iterations}`;
    return this.#serverFirst;
  }

  /** The answer to what it says then; undefined: it does not know the password. */
  final(message: string): string | undefined {
    const password = this.#passwordOf(this.#username);
    const shown = Buffer.from(attribute(message, 'p'), 'base64');
    const said = message.slice(0, message.lastIndexOf(',p='));
    const [nonce, ours] = [attribute(said, 'r'), attribute(this.#serverFirst, 'r')];
    this.isExact = nonce === ours;
    if (password === undefined || !nonce.endsWith(ours)) return undefined;
    const length = createHash(this.#algorithm).digest().length;
    const salted = pbkdf2Sync(password, this.#salt, iterations, length, this.#algorithm);
    const stored = createHash(this.#algorithm).update(this.#mac(salted, 'Client Key')).digest();
    const all = [this.#clientFirst, this.#serverFirst, said].join();
    const signature = this.#mac(stored, all);
    if (shown.length !== length) return undefined;
    const key = shown.map((byte, at) => byte ^ (signature[at] ?? 0));
    if (!timingSafeEqual(createHash(this.#algorithm).update(key).digest(), stored)) return undefined;
    return `v=${this.#mac(this.#mac(salted, 'Server Key'), all).toString('base64')}`;
  }

  #mac(key: Buffer, text: string): Buffer {
    return createHmac(this.#algorithm, key).update(text).digest();
  }
}

function attribute(message: string, name: string): string {
  const found = message.split(',').find((part) => part.startsWith(`${name}=`));
  if (found === undefined) throw new Error(`there is no '${name}' in '${message}'`);
  return found.slice(2);
}
