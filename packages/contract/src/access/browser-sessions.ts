/** Signing in with a browser: sessions, and the one-time codes of links. */
import { z } from 'zod';
import { component } from '../schema/component.ts';
import { timestamp } from '../schema/fields.ts';
import { RoleBinding, ServiceAccount } from './iam.ts';

export const SignInCode = component(
  'SignInCode',
  z.object({ signInCode: z.string(), expiresAt: timestamp }),
  {
    description: 'A code that signs in once, at `/console/#code=<signInCode>` of the address of the API.',
  },
);

const code = z.string().max(100, 'At most 100 characters.');

export const GetSignInCodeRequest = component('GetSignInCodeRequest', z.strictObject({ code }), {
  description: 'A code of a link that somebody opened.',
});

export const GetSignInCodeResponse = component(
  'GetSignInCodeResponse',
  z.object({ serviceAccount: ServiceAccount }),
  { description: 'As whom the code would sign in.' },
);

const ways = ['apiKey', 'accessToken', 'code'] as const;

export const OpenBrowserSessionRequest = component(
  'OpenBrowserSessionRequest',
  z
    .strictObject({
      apiKey: z
        .string()
        .max(4000, 'At most 4000 characters.')
        .describe('The secret of an API key.')
        .optional(),
      accessToken: z.string().max(4000, 'At most 4000 characters.').describe('An access token.').optional(),
      code: code.describe('The code of a sign-in link.').optional(),
    })
    .refine((given) => ways.filter((way) => given[way] !== undefined).length === 1, {
      message: `Exactly one of ${ways.join(', ')}.`,
      path: ['apiKey'],
    }),
  { description: 'What proves who signs in.' },
);

export const BrowserSession = component(
  'BrowserSession',
  z.object({
    id: z.string(),
    createdAt: timestamp,
    usedAt: timestamp.describe('When it was last used, to a minute.'),
    expiresAt: timestamp.describe('It ends then, or an hour after it was last used.'),
    remoteIp: z.string(),
    userAgent: z.string().optional(),
    isCurrent: z.boolean().optional().describe('The one that this call is made in.'),
  }),
  { description: 'Somebody who is signed in with a browser.' },
);
export type BrowserSession = z.output<typeof BrowserSession>;

export const GetBrowserSessionResponse = component(
  'GetBrowserSessionResponse',
  z.object({
    serviceAccount: ServiceAccount,
    roleBindings: z.array(RoleBinding),
    expiresAt: timestamp
      .optional()
      .describe('When the session ends; absent for a call with a token or an API key.'),
  }),
  { description: 'Who calls, and what its roles are.' },
);

export const ListBrowserSessionsResponse = component(
  'ListBrowserSessionsResponse',
  z.object({ sessions: z.array(BrowserSession) }),
  { description: 'Where the account is signed in, the newest first.' },
);
