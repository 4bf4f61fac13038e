/** `node:http`. To import it reads all that it exports, a client that nobody asked for included: a twentieth of a server's start. */
export const http = process.getBuiltinModule('node:http');
