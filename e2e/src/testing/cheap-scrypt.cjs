// Each test process and each started service loads cheap-scrypt.cjs first. The file cheap-scrypt.cjs makes password hashes cheap. A real
// password hash takes a tenth of a second of CPU time, and a test run makes over a thousand hashes. e2e/src/password-hashes.test.ts checks
// a real hash.
const { isMainThread } = require("node:worker_threads");

// Worker threads do not hash passwords, so worker threads need no cheap hashes.
if (isMainThread) {
  const crypto = require("node:crypto");
  const { scrypt } = crypto;
  crypto.scrypt = (password, salt, length, options, done) =>
    scrypt(password, salt, length, { ...options, N: 16 }, done);
  require("node:module").syncBuiltinESMExports();
}
