import { readModelsContract } from '../contract/read-models.contract.js';
import { describeMongoDb, MongoDb } from '../servers/mongodb/mongodb.js';
import { startMongo } from './mongo-backend.js';

describeMongoDb('on a MongoDB', () => {
  let server: MongoDb;
  beforeAll(async () => (server = await MongoDb.start()));
  afterAll(() => server.dispose());

  readModelsContract('MongoDB', () => startMongo(server));
});
