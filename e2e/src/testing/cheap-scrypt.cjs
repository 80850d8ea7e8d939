// Makes password hashes cheap in test processes and test services, which load this file first. A real hash takes a tenth of a second of CPU
// time, and a test run makes over a thousand hashes. e2e/src/password-hashes.test.ts tests a real hash.
const { isMainThread } = require("node:worker_threads");

// Worker threads do not hash passwords.
if (isMainThread) {
  const crypto = require("node:crypto");
  const { scrypt } = crypto;
  crypto.scrypt = (password, salt, length, options, done) =>
    scrypt(password, salt, length, { ...options, N: 16 }, done);
  require("node:module").syncBuiltinESMExports();
}
