/* schemas.c - see schemas.h. The build says where the file is. */
#include "serve/api/schemas.h"

__asm__(".section .rodata\n"
        "noroshi_schemas:\n.incbin \"" NOROSHI_SCHEMAS "\"\n"
        "noroshi_schemas_end:\n.byte 0\n"
        ".previous\n");
extern const char noroshi_schemas[], noroshi_schemas_end[];

slice schemas_json(void)
{
    return slice_trim(slice_of(noroshi_schemas, (size_t)(noroshi_schemas_end - noroshi_schemas)));
}
