/** Two namespaces with one hash, `namespaceHash`, found by trying: the first such pair among `registry/0` and so on. */
export const oneHash = ['registry/549599', 'registry/712382'] as const;
