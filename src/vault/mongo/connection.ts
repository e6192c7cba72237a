import { mongoAccess } from '../../mongodb/connection.js';
import { VaultUnavailable } from '../vault.js';

export const { connect, answered } = mongoAccess(VaultUnavailable);
