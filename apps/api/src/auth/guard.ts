import { isPermitted, type Permission } from '@iotcore/model';
import { errors } from '../errors/catalogue.ts';
import type { Caller } from './caller.ts';

/**
 * Decides, for one request, whether its caller may do in a folder what the route declares. A handler must ask it before
 * it shows or changes anything: a route whose handler did not ask is not answered (see routing/run-route.ts).
 */
export class Guard {
  readonly #caller: Caller;
  readonly #permission: Permission | 'public';
  #folderId: string | undefined;
  #asked: boolean;

  constructor(caller: Caller, permission: Permission | 'public') {
    this.#caller = caller;
    this.#permission = permission;
    this.#asked = permission === 'public';
  }

  get asked(): boolean {
    return this.#asked;
  }

  /** The folder that the request was found to be about, for the audit trail. */
  get folderId(): string | undefined {
    return this.#folderId;
  }

  /**
   * The row, if it is there and the caller may do this with it.
   *
   * @throws NOT_FOUND if it is not there, or the caller may not see its folder; PERMISSION_DENIED if it may only see it
   */
  resource<Row extends { readonly folderId: string }>(row: Row | undefined, what: string): Row {
    this.#asked = true;
    if (row === undefined) throw errors.notFound(what);
    this.#folderId = row.folderId;
    if (this.#permits(row.folderId)) return row;
    throw this.may('view', row.folderId) ? errors.permissionDenied() : errors.notFound(what);
  }

  /** @throws PERMISSION_DENIED if the caller may not do this in the folder, which it named itself */
  folder(folderId: string): void {
    this.#asked = true;
    this.#folderId = folderId;
    if (!this.#permits(folderId)) throw errors.permissionDenied();
  }

  /**
   * For a request about many resources, each with a result of its own: tells what the caller may do in a folder. Of what
   * lies in a hidden one nothing may be shown, not even that it is there.
   */
  each(): (folderId: string) => 'permitted' | 'visible' | 'hidden' {
    this.#asked = true;
    return (folderId) => {
      if (this.#permits(folderId)) return 'permitted';
      return this.may('view', folderId) ? 'visible' : 'hidden';
    };
  }

  #permits(folderId: string): boolean {
    return this.#permission === 'public' || this.may(this.#permission, folderId);
  }

  may(permission: Permission, folderId: string): boolean {
    return isPermitted(this.#caller.roleBindings, folderId, permission);
  }
}
