/** Password adoption: the first password that a device, registry or broker without one connects with becomes its own. */
import { checkNetwork } from '@iotcore/model';
import { z } from 'zod';
import { component } from '../schema/component.ts';
import { brokerId, checked, instant, registryId, timestamp } from '../schema/fields.ts';

/** The first connection is believed, so adoption must end; three months are enough for the slowest fleet. */
export const maxAdoptionDays = 90;
/** More networks than any fleet comes from; each is compared at each first connection. */
const maxNetworks = 64;
/** A gateway with a hundred devices behind it is through in two minutes; a guesser of IDs gets nowhere. */
const defaultAttemptsPerMinute = 60;
const mostAttemptsPerMinute = 100_000;

const network = checked((value) => checkNetwork(value), {
  description: 'In CIDR form: `192.0.2.0/24`, `2001:db8::/32`, one address as `192.0.2.7/32`.',
});

const networks = z.array(network).max(maxNetworks, `At most ${maxNetworks} networks.`);

const wholeAttempts = `A whole number from 1 to ${mostAttemptsPerMinute}.`;
const attemptsPerMinute = z
  .int(wholeAttempts)
  .min(1, wholeAttempts)
  .max(mostAttemptsPerMinute, wholeAttempts);

export const SetPasswordAdoptionRequest = component(
  'SetPasswordAdoptionRequest',
  z.strictObject({
    endsAt: instant.meta({
      description: `When it ends by itself: at most ${maxAdoptionDays} days from now.`,
    }),
    networks: networks
      .meta({ description: 'Where first connections may come from. Absent or empty: from anywhere.' })
      .optional(),
    attemptsPerMinute: attemptsPerMinute
      .meta({
        description: `First connections from one address (of IPv6: one /64) in a minute; others are refused and may come again. Default ${defaultAttemptsPerMinute}: raise it if thousands of devices share an address.`,
      })
      .default(defaultAttemptsPerMinute),
  }),
  {
    description: 'How passwords may be adopted. Replaces what was set before.',
    examples: [{ endsAt: '2026-12-15T00:00:00Z', networks: ['192.0.2.0/24'], attemptsPerMinute: 600 }],
  },
);

export const PasswordAdoption = component(
  'PasswordAdoption',
  z.object({
    registryId: registryId.optional(),
    brokerId: brokerId.optional(),
    endsAt: timestamp,
    networks: z.array(z.string()).describe('Empty: from anywhere.'),
    attemptsPerMinute: z.int().describe('From one address.'),
    createdAt: timestamp,
    createdBy: z.string().describe('The account that switched it on, or changed it last.'),
  }),
  {
    description:
      'That passwords are adopted, until when, and from where. One of registryId and brokerId is set.',
    examples: [
      {
        registryId: 'are0qv3m5ptk1s8c2d4b',
        endsAt: '2026-12-15T00:00:00.000Z',
        networks: ['192.0.2.0/24'],
        attemptsPerMinute: 600,
        createdAt: '2026-11-22T15:38:28.412Z',
        createdBy: 'are3a7pqv2k9dn0hmtc5',
      },
    ],
  },
);
export type PasswordAdoption = z.output<typeof PasswordAdoption>;
