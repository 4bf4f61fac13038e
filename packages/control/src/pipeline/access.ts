import { isPermitted, type Permission } from '@iotcore/model';
import type { Caller } from '../auth/caller.ts';
import { errors } from '../errors/catalogue.ts';
import type { Subject } from './subject.ts';

/** Decides, for one call, whether its caller may do in a folder what the operation declares. */
export class Access {
  readonly #caller: Caller;
  readonly #permission: Permission | 'public';
  #folderId: string | undefined;

  constructor(caller: Caller, permission: Permission | 'public') {
    this.#caller = caller;
    this.#permission = permission;
  }

  /** The folder that was asked about last, for the audit trail. */
  get folderId(): string | undefined {
    return this.#folderId;
  }

  /**
   * What the call is about, if the caller may do this there. The resource comes first: a caller that may not see it learns nothing
   * about the folders either.
   *
   * @throws NOT_FOUND, PERMISSION_DENIED
   */
  require<T>({ folders, resource }: Subject<T>): T {
    const row = resource && this.resource(resource.row as { folderId: string } | undefined, resource.noun);
    for (const folderId of folders) this.folder(folderId);
    return row as T;
  }

  /**
   * The row, if it is there and the caller may do this with it.
   *
   * @throws NOT_FOUND if it is not there, or the caller may not see its folder; PERMISSION_DENIED if it may only see it
   */
  resource<Row extends { readonly folderId: string }>(row: Row | undefined, what: string): Row {
    if (row === undefined) throw errors.notFound(what);
    this.#folderId = row.folderId;
    if (this.#permits(row.folderId)) return row;
    throw this.may('view', row.folderId) ? errors.permissionDenied() : errors.notFound(what);
  }

  /** @throws PERMISSION_DENIED if the caller may not do this in the folder, which it named itself */
  folder(folderId: string): void {
    this.#folderId = folderId;
    if (!this.#permits(folderId)) throw errors.permissionDenied();
  }

  /**
   * For a call about many resources, each with a result of its own: what the caller may do in a folder. Of what lies in a
   * hidden one nothing may be shown, not even that it is there.
   */
  in(folderId: string): 'permitted' | 'visible' | 'hidden' {
    if (this.#permits(folderId)) return 'permitted';
    return this.may('view', folderId) ? 'visible' : 'hidden';
  }

  /** Do its roles permit the operation in any folder at all? */
  isOfUse(): boolean {
    return this.#caller.roleBindings.some(({ folderId }) => this.#permits(folderId));
  }

  #permits(folderId: string): boolean {
    return this.#permission === 'public' || this.may(this.#permission, folderId);
  }

  may(permission: Permission, folderId: string): boolean {
    return isPermitted(this.#caller.roleBindings, folderId, permission);
  }
}
