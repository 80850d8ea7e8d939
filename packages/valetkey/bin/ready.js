// The health check of the container image, which exits with 0 if the service is ready.
const url = `http://127.0.0.1:${process.env.PORT ?? 3000}/readyz`;
process.exit(
  await fetch(url).then(
    ({ ok }) => (ok ? 0 : 1),
    () => 1,
  ),
);
