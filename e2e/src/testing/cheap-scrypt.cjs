// The test processes and each service that they start load this file first. It makes password hashes cheap. A real password hash takes a
// tenth of a second of CPU time, and a test run makes more than a thousand hashes. e2e/src/password-hashes.test.ts checks a real hash.
const { isMainThread } = require("node:worker_threads");

// Worker threads do not hash passwords, so they do not need this change.
if (isMainThread) {
  const crypto = require("node:crypto");
  const { scrypt } = crypto;
  crypto.scrypt = (password, salt, length, options, done) =>
    scrypt(password, salt, length, { ...options, N: 16 }, done);
  require("node:module").syncBuiltinESMExports();
}
