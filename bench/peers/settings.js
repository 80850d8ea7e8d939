/** All peers have this bucket and these credentials. The bucket does not exist, because signing sends no request to it. */
export const {
  PORT: port,
  AWS_BUCKET_NAME: bucket,
  AWS_REGION: region,
  AWS_ACCESS_KEY_ID: accessKeyId,
  AWS_SECRET_ACCESS_KEY: secretAccessKey,
} = process.env;

/** Download URLs of the peers live as long as download URLs of the service. */
export const expiresInSeconds = 60;
export const maxFileBytes = 5 * 2 ** 30;
