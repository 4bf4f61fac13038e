/** Certificates of an export: read, compared with the fingerprint beside them, and with all that came before. */
import { hash } from 'node:crypto';
import { judgeDates, readCertificate } from '@iotcore/model';
import { Fields } from './fields.ts';
import type { Finding, Item, Journal, Place } from './finding.ts';

export interface CertificateOwner {
  readonly field: 'registry_id' | 'device_id' | 'broker_id';
  readonly id: string;
}

const bodyFields = { registry_id: 'registryId', device_id: 'deviceId', broker_id: 'brokerId' } as const;
const PEM_BLOCK = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/;

/** Judges the certificates of one export, which must all differ. */
export class CertificateReader {
  readonly #journal: Journal;
  readonly #now: Date;
  /** Those that an earlier reading of the same entries refused, by their number; undefined during the first one. */
  readonly #refusedBefore: ReadonlySet<number> | undefined;
  readonly #owners = new Map<string, string>();
  readonly refused = new Set<number>();
  #count = 0;

  constructor(journal: Journal, now: Date, refusedBefore?: ReadonlySet<number>) {
    this.#journal = journal;
    this.#now = now;
    this.#refusedBefore = refusedBefore;
  }

  /** The certificate as it can be sent; otherwise the journal knows why not. */
  read(entry: unknown, owner: CertificateOwner, place: Place): Item | undefined {
    this.#journal.read('CERTIFICATE');
    this.#count += 1;
    const number = this.#count;
    if (this.#refusedBefore?.has(number)) return undefined;
    const refuse = (field: string | undefined, reason: string, advice: string): undefined => {
      this.refused.add(number);
      const about: Finding = { ...place, kind: 'CERTIFICATE', id: owner.id, reason, advice };
      this.#journal.refuse('CERTIFICATE', field === undefined ? about : { ...about, field });
    };
    if (typeof entry !== 'object' || entry === null) {
      return refuse(undefined, 'It is no object.', 'Export the certificate anew.');
    }
    const fields = new Fields(entry);
    const pem = fields.text('certificate_data') ?? '';
    const named = fields.text('fingerprint')?.replaceAll(':', '').toLowerCase();
    const createdAt = fields.timestamp('created_at');
    const [bad] = fields.faults;
    if (bad) return refuse(bad.field, bad.reason, 'Export the certificate anew, or correct the entry.');
    const ownerId = fields.text(owner.field) ?? owner.id;
    if (ownerId !== owner.id) {
      return refuse(owner.field, `The file is of ${owner.id}.`, 'Move the entry to the file of its owner.');
    }
    const print = this.#judge(pem, named, owner, place, refuse);
    if (print === undefined) return undefined;
    const item: Item = {
      kind: 'CERTIFICATE',
      id: owner.id,
      fingerprint: print,
      place,
      body: {
        [bodyFields[owner.field]]: owner.id,
        certificateData: pem,
        fingerprint: print,
        ...(createdAt === undefined ? {} : { createdAt }),
      },
    };
    return this.#isNew(item, owner, refuse) ? item : undefined;
  }

  /** Its fingerprint when it is sound. The second reading of an export only computes it: a twentieth of the work. */
  #judge(
    pem: string,
    named: string | undefined,
    owner: CertificateOwner,
    place: Place,
    refuse: (field: string, reason: string, advice: string) => undefined,
  ): string | undefined {
    if (this.#refusedBefore) return quickFingerprint(pem);
    const reading = readCertificate(pem, 'certificate_data');
    if (!reading.ok) {
      const { field, description } = reading.violation;
      return refuse(
        field,
        description,
        'Export the certificate anew; other certificates come over without it.',
      );
    }
    const { certificate } = reading;
    if (
      named !== undefined &&
      named !== certificate.fingerprint &&
      named !== certificate.sha256.toString('hex')
    ) {
      const reason = `The certificate has another fingerprint: ${certificate.fingerprint}.`;
      return refuse('fingerprint', reason, 'Find out which of the two is right, and correct the entry.');
    }
    const judgement = judgeDates(certificate, this.#now);
    if (judgement !== 'valid') {
      this.#journal.warn({
        ...place,
        kind: 'CERTIFICATE',
        id: owner.id,
        fingerprint: certificate.fingerprint,
        reason: `The certificate is ${judgement}.`,
        advice: 'It comes over; the MQTT server takes it only with IOT_EXPIRED_CERTIFICATES=accept.',
      });
    }
    return certificate.fingerprint;
  }

  #isNew(
    item: Item,
    owner: CertificateOwner,
    refuse: (field: undefined, reason: string, advice: string) => undefined,
  ): boolean {
    const print = item.fingerprint ?? '';
    const before = this.#owners.get(print);
    if (before === undefined) {
      this.#owners.set(print, owner.id);
      return true;
    }
    if (before === owner.id) {
      const reason = 'The same certificate stands here twice.';
      this.#journal.repeat('CERTIFICATE', {
        ...item.place,
        kind: 'CERTIFICATE',
        id: owner.id,
        fingerprint: print,
        reason,
      });
    } else {
      const advice = 'A certificate tells who connects: decide whose it is, and remove the other entry.';
      refuse(undefined, `${before} has the same certificate.`, advice);
    }
    return false;
  }
}

function quickFingerprint(pem: string): string {
  const base64 = PEM_BLOCK.exec(pem)?.[1] ?? '';
  return hash('sha1', Buffer.from(base64, 'base64'), 'hex');
}
