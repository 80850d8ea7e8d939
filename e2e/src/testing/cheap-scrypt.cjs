// Loaded before the tests and before each service that they start. A real hash of a password takes a tenth of a second of CPU time,
// and the run hashes more than a thousand passwords. e2e/src/password-hashes.test.ts checks a real one.
const { isMainThread } = require("node:worker_threads");

// Only main threads hash passwords.
if (isMainThread) {
  const crypto = require("node:crypto");
  const { scrypt } = crypto;
  crypto.scrypt = (password, salt, length, options, done) =>
    scrypt(password, salt, length, { ...options, N: 16 }, done);
  require("node:module").syncBuiltinESMExports();
}
