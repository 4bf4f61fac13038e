/** Why an MQTT connection did not come about, or ended: in words that say what to do. */
import { CliError } from '../errors.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';

/** CONNACK codes of MQTT 3.1.1, and what each means here. */
const connackRefusals: ReadonlyMap<unknown, readonly [message: string, exitCode: ExitCode]> = new Map([
  [1, ['it does not speak MQTT 3.1.1', exitCodes.failure]],
  [2, ['it does not take this client ID', exitCodes.usage]],
  [3, ['it cannot check credentials at the moment, its database is away', exitCodes.unavailable]],
  [4, ['the password is wrong, or nobody has this ID', exitCodes.denied]],
  [
    5,
    [
      'it does not know these credentials: an unknown or expired certificate, or a disabled registry',
      exitCodes.denied,
    ],
  ],
]);

const untrusted: ReadonlySet<unknown> = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
]);

/** Of what went wrong between dialling and CONNACK. */
export function connectError(error: Error, server: URL): CliError {
  const code = 'code' in error ? error.code : undefined;
  const refusal = connackRefusals.get(code);
  if (refusal) return new CliError(`${server.host} refused the connection: ${refusal[0]}`, refusal[1]);
  const options = { cause: error };
  if (untrusted.has(code))
    return new CliError(
      `${server.host} has a certificate of an unknown authority: name the authority's file with --ca`,
      exitCodes.failure,
      options,
    );
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return new CliError(
      `the certificate of ${server.host} is not for that name: connect by a name that it has (\`iotcore doctor tls ${server.host}\` lists them)`,
      exitCodes.failure,
      options,
    );
  const reason = typeof code === 'string' ? code : error.message;
  return new CliError(
    `${server.host} cannot be reached over MQTT (${reason})`,
    exitCodes.unavailable,
    options,
  );
}

/** Of a connection that was open. MQTT 3.1.1 has no way to say why; a forbidden topic is the usual reason. */
export function closed(): CliError {
  return new CliError(
    'the server closed the connection: the topic is not allowed, or the credentials were removed; the connection log says which (`iotcore device logs`, `registry logs`, `broker logs`)',
    exitCodes.denied,
  );
}
