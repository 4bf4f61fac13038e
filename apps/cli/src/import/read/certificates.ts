/** Certificates of an export: read, compared with the fingerprint beside them, and with all that came before. */
import { hash } from 'node:crypto';
import { certificateDer, chainLength, dateValidity, readCertificate } from '@iotcore/model';
import type { Finding, Item, Journal, Place } from '../finding.ts';
import { Fields } from './fields.ts';

export interface CertificateOwner {
  readonly field: 'registry_id' | 'device_id' | 'broker_id';
  readonly id: string;
}

const bodyFields = { registry_id: 'registryId', device_id: 'deviceId', broker_id: 'brokerId' } as const;

/** Checks the certificates of one export, which must all differ. */
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
    const candidate: Candidate = { number: this.#count, owner, place };
    if (this.#refusedBefore?.has(candidate.number)) return undefined;
    const given = this.#fieldsOf(entry, candidate);
    const fingerprint = given && this.#fingerprintOf(given, candidate);
    if (given === undefined || fingerprint === undefined || !this.#isNew(fingerprint, candidate))
      return undefined;
    const { pem: certificateData, createdAt } = given;
    const body = { [bodyFields[owner.field]]: owner.id, certificateData, fingerprint };
    return {
      kind: 'CERTIFICATE',
      id: owner.id,
      fingerprint,
      place,
      body: createdAt === undefined ? body : { ...body, createdAt },
    };
  }

  #fieldsOf(entry: unknown, candidate: Candidate): Given | undefined {
    if (typeof entry !== 'object' || entry === null) {
      return this.#refuse(candidate, undefined, 'It is no object.', exportAnew);
    }
    const fields = new Fields(entry);
    const given: Given = {
      pem: fields.text('certificate_data') ?? '',
      fingerprint: fields.text('fingerprint')?.replaceAll(':', '').toLowerCase(),
      createdAt: fields.timestamp('created_at'),
    };
    const { field, id } = candidate.owner;
    const isMisplaced = (fields.text(field) ?? id) !== id;
    if (isMisplaced)
      fields.blame([{ field, reason: `The file is of ${id}: move the entry to that of its owner.` }]);
    const [bad] = fields.faults;
    return bad ? this.#refuse(candidate, bad.field, bad.reason, exportAnew) : given;
  }

  /** Its fingerprint when it is sound. The second reading of an export only computes it: a twentieth of the work. */
  #fingerprintOf({ pem, fingerprint: named }: Given, candidate: Candidate): string | undefined {
    if (this.#refusedBefore) return quickFingerprint(pem);
    const reading = readCertificate(pem, 'certificate_data');
    if (!reading.ok) {
      const { field, description } = reading.violation;
      return this.#refuse(candidate, field, description, exportAnew);
    }
    const { fingerprint, sha256 } = reading.certificate;
    // The old service's documentation also speaks of SHA-256.
    if (named !== undefined && named !== fingerprint && named !== sha256.toString('hex')) {
      const reason = `The certificate has another fingerprint: ${fingerprint}.`;
      const advice = 'Find out which of the two is right, and correct the entry.';
      return this.#refuse(candidate, 'fingerprint', reason, advice);
    }
    const validity = dateValidity(reading.certificate, this.#now);
    if (validity !== 'valid') {
      const advice = 'It comes over; the MQTT server takes it only with IOT_EXPIRED_CERTIFICATES=accept.';
      this.#journal.warn(finding(candidate, `The certificate is ${validity}.`, { fingerprint, advice }));
    }
    if (chainLength(pem) > 1) {
      const advice = 'Nothing, if the first one is that of the device: the MQTT server asks for no chain.';
      const reason = 'It is a chain of certificates: the first one counts.';
      this.#journal.warn(finding(candidate, reason, { fingerprint, advice }));
    }
    return fingerprint;
  }

  #isNew(fingerprint: string, candidate: Candidate): boolean {
    const { id } = candidate.owner;
    const before = this.#owners.get(fingerprint);
    if (before === undefined) this.#owners.set(fingerprint, id);
    else if (before === id) {
      const reason = 'The same certificate stands here twice.';
      this.#journal.repeat('CERTIFICATE', finding(candidate, reason, { fingerprint }));
    } else {
      const advice =
        'A certificate identifies a client: decide to which device it belongs, and remove the other entry.';
      this.#refuse(candidate, undefined, `${before} has the same certificate.`, advice);
    }
    return before === undefined;
  }

  #refuse(candidate: Candidate, field: string | undefined, reason: string, advice: string): undefined {
    this.refused.add(candidate.number);
    const more = field === undefined ? { advice } : { field, advice };
    this.#journal.refuse('CERTIFICATE', finding(candidate, reason, more));
  }
}

/** A certificate that is being read. */
interface Candidate {
  /** In the order of reading, from 1. */
  readonly number: number;
  readonly owner: CertificateOwner;
  readonly place: Place;
}

/** What its entry says. */
interface Given {
  readonly pem: string;
  /** Without colons, in lower case. */
  readonly fingerprint: string | undefined;
  readonly createdAt: string | undefined;
}

const exportAnew = 'Export the certificate anew, or correct the entry; all others come over without it.';

function finding({ owner, place }: Candidate, reason: string, more: Partial<Finding>): Finding {
  return { ...place, kind: 'CERTIFICATE', id: owner.id, reason, ...more };
}

function quickFingerprint(pem: string): string {
  return hash('sha1', certificateDer(pem) ?? '', 'hex');
}
