/** How clients find the services, and prove who they are. */
import { status } from '@grpc/grpc-js';
import { ApiEndpointService, iam } from '@iotcore/proto';
import { expect } from 'vitest';
import type { Step } from './script.ts';

/** Asks where the services are; those that it then looks for must be there, at this address. */
export function discovers(pageSize: bigint, services: readonly string[]): Step {
  const endpoints = services.map((id) => expect.objectContaining({ id, address: '<address>' }));
  return {
    method: ApiEndpointService.method.list,
    request: { pageSize },
    answer: { endpoints: expect.arrayContaining(endpoints), nextPageToken: '' },
  };
}

const exchange = iam.IamTokenService.method.create;
/** It is an IAM token for Terraform by this form alone. */
const issued = {
  answer: { iamToken: expect.stringMatching(/^t1\.[\w-]+\.[\w-]{86}$/), expiresAt: expect.anything() },
  notes: { token: 'iamToken' },
};

export const exchangesKey: Step = {
  method: exchange,
  request: { identity: { case: 'jwt', value: '<jwt>' } },
  ...issued,
};

export const exchangesOauthToken: Step = {
  method: exchange,
  request: { identity: { case: 'yandexPassportOauthToken', value: '<oauthToken>' } },
  ...issued,
};

/** As where somebody has set what was given for the old service. */
export const exchangesForeignToken: Step = {
  method: exchange,
  request: { identity: { case: 'yandexPassportOauthToken', value: 'y0_AgAAAAD' } },
  refused: status.UNAUTHENTICATED,
};
