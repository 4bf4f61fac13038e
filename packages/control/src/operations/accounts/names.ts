/** Messages of accounts are named as those of the old service's IAM. */
export const names = {
  protoPackage: 'yandex.cloud.iam.v1',
  auditService: 'iam',
  tag: 'IamService',
} as const;
