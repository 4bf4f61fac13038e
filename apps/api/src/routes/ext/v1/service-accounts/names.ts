/** Accounts lie under our own prefix; their messages are named as those of the old service's IAM. */
export const names = {
  path: '/ext/v1/serviceAccounts',
  protoPackage: 'yandex.cloud.iam.v1',
  auditService: 'iam',
  tag: 'IamService',
} as const;

export const accountPath = `${names.path}/{serviceAccountId}`;
