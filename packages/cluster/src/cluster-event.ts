/** What happens to a node of a cluster, for its log. */
export type ClusterEvent =
  | { readonly kind: 'joining' | 'member'; readonly incarnation: string }
  | { readonly kind: 'linked' | 'dropped'; readonly incarnation: string; readonly peer: string }
  | { readonly kind: 'over'; readonly incarnation: string; readonly reason: string };
