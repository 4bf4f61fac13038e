import { deviceId } from '@iotcore/contract';
import { z } from 'zod';

export const deviceParams = z.strictObject({ deviceId });
