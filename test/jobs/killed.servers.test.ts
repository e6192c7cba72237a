import { hasRedis, HOW_TO_RUN, RedisServer } from '../servers/redis/redis.js';
import { killedProcesses } from './massacre.js';

const named = process.env['REDIS_TEST_URL'];
const redis = named === undefined && !hasRedis ? describe.skip : describe;

redis(`on Redis, processes that are killed and stopped in the middle (else skipped: ${HOW_TO_RUN})`, () => {
  killedProcesses(async () =>
    named === undefined ? RedisServer.start() : { url: named, dispose: async () => undefined },
  );
});
