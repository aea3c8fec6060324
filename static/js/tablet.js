// What a shared tablet does besides showing pages; see app/room.
